package mirage.glance.metadef;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * The resource types, which are common to all namespaces, and what is associated with them. Safe for use by many threads
 * and processes.
 */
public final class ResourceTypes {
    private static final String SELECT_ASSOCIATIONS =
            "SELECT t.name, a.prefix, a.properties_target, a.created_at, a.updated_at"
                    + " FROM metadef_associations a JOIN metadef_resource_types t"
                    + " ON t.id = a.resource_type_id WHERE a.namespace_id = ? ";
    private static final String ONE =
            " WHERE namespace_id = ? AND resource_type_id ="
                    + " (SELECT id FROM metadef_resource_types WHERE name = ?)";

    private final Database database;

    ResourceTypes(Database database) {
        this.database = database;
    }

    /** All resource types, the oldest first. They are made by the first association and stay. */
    public List<Dated<String>> list() {
        return database.read(handle ->
                handle.select(
                                "SELECT name, created_at, updated_at FROM metadef_resource_types"
                                        + " ORDER BY id")
                        .map((row, context) -> Rows.dated(row.getString("name"), row))
                        .list());
    }

    /** What a namespace is associated with, the oldest resource type first. */
    public List<Dated<ResourceTypeAssociation>> list(long namespace) {
        return database.read(handle ->
                handle.select(SELECT_ASSOCIATIONS + "ORDER BY t.id", namespace)
                        .map(ResourceTypes::association)
                        .list());
    }

    /** The association of a namespace with a resource type, null when there is none. */
    public @Nullable Dated<ResourceTypeAssociation> find(long namespace, String resourceType) {
        return database.read(handle ->
                handle.select(SELECT_ASSOCIATIONS + "AND t.name = ?", namespace, resourceType)
                        .map(ResourceTypes::association)
                        .findFirst()
                        .orElse(null));
    }

    /**
     * Associates a namespace with a resource type, which is made when it is not there.
     *
     * @throws DefinitionExistsException when they are associated
     * @throws NamespaceGoneException when the namespace is not there
     */
    public Dated<ResourceTypeAssociation> add(
            long namespace, ResourceTypeAssociation association, Instant now) {
        return database.change(handle -> {
            Rows.lock(handle, namespace);
            if (exists(handle, namespace, association.resourceType())) {
                throw DefinitionExistsException.in(
                        "resource type association", association.resourceType());
            }
            insert(handle, namespace, association, now);
            return new Dated<>(association, now, now);
        });
    }

    /** Removes an association. Returns whether it was there. */
    public boolean remove(long namespace, String resourceType) {
        return database.change(handle ->
                handle.execute("DELETE FROM metadef_associations" + ONE, namespace, resourceType)
                        > 0);
    }

    static boolean exists(Handle handle, long namespace, String resourceType) {
        return Rows.exists(
                handle, "SELECT 1 FROM metadef_associations" + ONE, namespace, resourceType);
    }

    static void insert(
            Handle handle, long namespace, ResourceTypeAssociation association, Instant now) {
        long time = Rows.microseconds(now);
        handle.execute(
                "INSERT INTO metadef_associations (namespace_id, resource_type_id, prefix,"
                        + " properties_target, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                namespace,
                resourceType(handle, association.resourceType(), time),
                association.prefix(),
                association.target(),
                time,
                time);
    }

    static void update(
            Handle handle, long namespace, ResourceTypeAssociation association, Instant now) {
        handle.execute(
                "UPDATE metadef_associations SET prefix = ?, properties_target = ?, updated_at = ?"
                        + ONE,
                association.prefix(),
                association.target(),
                Rows.microseconds(now),
                namespace,
                association.resourceType());
    }

    private static long resourceType(Handle handle, String name, long time) {
        Long found =
                handle.select("SELECT id FROM metadef_resource_types WHERE name = ?", name)
                        .mapTo(Long.class)
                        .findFirst()
                        .orElse(null);
        if (found != null) {
            return found;
        }
        long id = Rows.nextId(handle);
        handle.execute(
                "INSERT INTO metadef_resource_types (id, name, created_at, updated_at)"
                        + " VALUES (?, ?, ?, ?)",
                id,
                name,
                time,
                time);
        return id;
    }

    private static Dated<ResourceTypeAssociation> association(
            ResultSet row, StatementContext context) throws SQLException {
        return Rows.dated(
                new ResourceTypeAssociation(
                        row.getString("name"),
                        row.getString("prefix"),
                        row.getString("properties_target")),
                row);
    }
}
