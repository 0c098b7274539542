package mirage.glance.metadef;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;

/** All metadata definitions of a service. Safe for use by many threads and processes. */
public final class Metadefs {
    /** Of what is in namespaces first, though those that refer to a namespace would go with it. */
    private static final List<String> TABLES =
            List.of(
                    "metadef_associations",
                    "metadef_properties",
                    "metadef_objects",
                    "metadef_tags",
                    "metadef_namespaces",
                    "metadef_resource_types");

    private final Database database;
    private final Namespaces namespaces;
    private final Properties properties;
    private final Objects objects;
    private final Tags tags;
    private final ResourceTypes resourceTypes;

    private Metadefs(Database database) {
        this.database = database;
        this.namespaces = new Namespaces(database);
        this.properties = new Properties(database);
        this.objects = new Objects(database);
        this.tags = new Tags(database);
        this.resourceTypes = new ResourceTypes(database);
    }

    /** Those that a database keeps. */
    public static Metadefs in(Database database) {
        return new Metadefs(database);
    }

    public Namespaces namespaces() {
        return namespaces;
    }

    public Properties properties() {
        return properties;
    }

    public Objects objects() {
        return objects;
    }

    public Tags tags() {
        return tags;
    }

    public ResourceTypes resourceTypes() {
        return resourceTypes;
    }

    /** All that is in a namespace, tags in the order in which they were made. */
    public NamespaceContents contents(Namespace namespace) {
        long id = namespace.id();
        List<String> oldestFirst =
                tags.list(id, new Tags.Query(Tags.SortKey.ID, true, null, Integer.MAX_VALUE));
        return new NamespaceContents(
                resourceTypes.list(id).stream().map(Dated::value).toList(),
                properties.list(id),
                objects.list(id).stream().map(Dated::value).toList(),
                oldestFirst == null ? List.of() : oldestFirst);
    }

    /**
     * Keeps a namespace with what is in it, all or nothing.
     *
     * @return whether anything was kept: not so when there is one of that name, which is to stay as it is
     */
    public boolean load(NamespaceDocument document, Existing existing, Instant now) {
        return database.change(handle -> {
            Rows.nextId(handle);
            Namespace found = Namespaces.find(handle, document.attributes().name());
            if (found != null && existing == Existing.REPLACE) {
                Namespaces.delete(handle, found.id());
                found = null;
            }
            if (found == null) {
                Namespaces.insert(handle, document, now);
                return true;
            }
            if (existing == Existing.KEEP) {
                return false;
            }
            merge(handle, found.id(), document, existing == Existing.UPDATE, now);
            return true;
        });
    }

    /** Forgets all, also what nobody has loaded. */
    public void forgetAll() {
        database.change(handle -> {
            Rows.nextId(handle);
            TABLES.forEach(table -> handle.execute("DELETE FROM " + table));
            return true;
        });
    }

    private static void merge(
            Handle handle, long id, NamespaceDocument document, boolean update, Instant now) {
        if (update) {
            Namespaces.update(handle, id, document.attributes(), now);
        }
        NamespaceContents contents = document.contents();
        for (ResourceTypeAssociation one : contents.associations()) {
            if (!ResourceTypes.exists(handle, id, one.resourceType())) {
                ResourceTypes.insert(handle, id, one, now);
            } else if (update) {
                ResourceTypes.update(handle, id, one, now);
            }
        }
        for (PropertyDefinition one : contents.properties()) {
            if (!Properties.exists(handle, id, one.name())) {
                Properties.insert(handle, id, one);
            } else if (update) {
                Properties.update(handle, id, one.name(), one);
            }
        }
        for (ObjectDefinition one : contents.objects()) {
            if (!Objects.exists(handle, id, one.name())) {
                Objects.insert(handle, id, one, now);
            } else if (update) {
                Objects.update(handle, id, one.name(), one, now);
            }
        }
        for (String tag : contents.tags()) {
            if (!Tags.exists(handle, id, tag)) {
                Tags.insert(handle, id, tag, now);
            }
        }
    }
}
