package mirage.glance.metadef;

import mirage.glance.database.Database;

/** All metadata definitions of a service. */
public record Metadefs(
        Namespaces namespaces,
        Properties properties,
        Objects objects,
        Tags tags,
        ResourceTypes resourceTypes) {
    /** Those that a database keeps. */
    public static Metadefs in(Database database) {
        return new Metadefs(
                new Namespaces(database),
                new Properties(database),
                new Objects(database),
                new Tags(database),
                new ResourceTypes(database));
    }
}
