package mirage.glance.metadef;

import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The properties of namespaces that are kept. Safe for use by many threads and processes. */
public final class Properties {
    private static final String SELECT = "SELECT name, definition FROM metadef_properties ";
    private static final String ONE = "WHERE namespace_id = ? AND name = ?";

    private final Database database;

    Properties(Database database) {
        this.database = database;
    }

    /** All of a namespace, by name. */
    public List<PropertyDefinition> list(long namespace) {
        return database.read(handle ->
                handle.select(SELECT + "WHERE namespace_id = ? ORDER BY name", namespace)
                        .map(Properties::property)
                        .list());
    }

    /** The one of that name, null when there is none. */
    public @Nullable PropertyDefinition find(long namespace, String name) {
        return database.read(handle ->
                handle.select(SELECT + ONE, namespace, name)
                        .map(Properties::property)
                        .findFirst()
                        .orElse(null));
    }

    /**
     * Keeps a new one.
     *
     * @throws DefinitionExistsException when there is one of that name
     * @throws NamespaceGoneException when the namespace is not there
     */
    public void add(long namespace, PropertyDefinition property) {
        database.change(handle -> {
            Rows.lock(handle, namespace);
            requireFree(handle, namespace, property.name());
            return insert(handle, namespace, property);
        });
    }

    /**
     * Puts one in the place of another, which may have another name.
     *
     * @return whether there was one to replace
     * @throws DefinitionExistsException when a third has the new name
     */
    public boolean replace(long namespace, String name, PropertyDefinition property) {
        return database.change(handle -> {
            Rows.nextId(handle);
            if (!exists(handle, namespace, name)) {
                return false;
            }
            if (!name.equals(property.name())) {
                requireFree(handle, namespace, property.name());
            }
            return update(handle, namespace, name, property) > 0;
        });
    }

    /** Removes one. Returns whether it was there. */
    public boolean remove(long namespace, String name) {
        return database.change(handle ->
                handle.execute("DELETE FROM metadef_properties " + ONE, namespace, name) > 0);
    }

    /** Removes all of a namespace. */
    public void removeAll(long namespace) {
        database.change(handle ->
                handle.execute("DELETE FROM metadef_properties WHERE namespace_id = ?", namespace));
    }

    static boolean exists(Handle handle, long namespace, String name) {
        return Rows.exists(handle, "SELECT 1 FROM metadef_properties " + ONE, namespace, name);
    }

    static int insert(Handle handle, long namespace, PropertyDefinition property) {
        return handle.execute(
                "INSERT INTO metadef_properties (namespace_id, name, definition) VALUES (?, ?, ?)",
                namespace,
                property.name(),
                property.definition().toString());
    }

    static int update(Handle handle, long namespace, String name, PropertyDefinition property) {
        return handle.execute(
                "UPDATE metadef_properties SET name = ?, definition = ? " + ONE,
                property.name(),
                property.definition().toString(),
                namespace,
                name);
    }

    private static void requireFree(Handle handle, long namespace, String name) {
        if (exists(handle, namespace, name)) {
            throw DefinitionExistsException.in("property", name);
        }
    }

    private static PropertyDefinition property(ResultSet row, StatementContext context)
            throws SQLException {
        return new PropertyDefinition(
                row.getString("name"), (ObjectNode) Rows.json(row.getString("definition")));
    }
}
