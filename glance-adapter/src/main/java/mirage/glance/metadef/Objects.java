package mirage.glance.metadef;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The objects of namespaces that are kept. Safe for use by many threads and processes. */
public final class Objects {
    private static final String SELECT =
            "SELECT name, description, required, properties, created_at, updated_at"
                    + " FROM metadef_objects ";
    private static final String ONE = "WHERE namespace_id = ? AND name = ?";

    private final Database database;

    Objects(Database database) {
        this.database = database;
    }

    /** All of a namespace, by name. */
    public List<Dated<ObjectDefinition>> list(long namespace) {
        return database.read(handle ->
                handle.select(SELECT + "WHERE namespace_id = ? ORDER BY name", namespace)
                        .map(Objects::object)
                        .list());
    }

    /** The one of that name, null when there is none. */
    public @Nullable Dated<ObjectDefinition> find(long namespace, String name) {
        return database.read(handle -> find(handle, namespace, name));
    }

    /**
     * Keeps a new one.
     *
     * @throws DefinitionExistsException when there is one of that name
     * @throws NamespaceGoneException when the namespace is not there
     */
    public Dated<ObjectDefinition> add(long namespace, ObjectDefinition object, Instant now) {
        return database.change(handle -> {
            Rows.lock(handle, namespace);
            requireFree(handle, namespace, object.name());
            insert(handle, namespace, object, now);
            return new Dated<>(object, now, now);
        });
    }

    /**
     * Puts one in the place of another, which may have another name.
     *
     * @return the new one, null when there was none to replace
     * @throws DefinitionExistsException when a third has the new name
     */
    public @Nullable Dated<ObjectDefinition> replace(
            long namespace, String name, ObjectDefinition object, Instant now) {
        return database.change(handle -> {
            Rows.nextId(handle);
            if (!exists(handle, namespace, name)) {
                return null;
            }
            if (!name.equals(object.name())) {
                requireFree(handle, namespace, object.name());
            }
            update(handle, namespace, name, object, now);
            return find(handle, namespace, object.name());
        });
    }

    /** Removes one. Returns whether it was there. */
    public boolean remove(long namespace, String name) {
        return database.change(handle ->
                handle.execute("DELETE FROM metadef_objects " + ONE, namespace, name) > 0);
    }

    /** Removes all of a namespace. */
    public void removeAll(long namespace) {
        database.change(handle ->
                handle.execute("DELETE FROM metadef_objects WHERE namespace_id = ?", namespace));
    }

    static boolean exists(Handle handle, long namespace, String name) {
        return Rows.exists(handle, "SELECT 1 FROM metadef_objects " + ONE, namespace, name);
    }

    static void insert(Handle handle, long namespace, ObjectDefinition object, Instant now) {
        handle.execute(
                "INSERT INTO metadef_objects (namespace_id, name, description, required,"
                        + " properties, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                namespace,
                object.name(),
                object.description(),
                json(object.required()),
                object.properties().toString(),
                Rows.microseconds(now),
                Rows.microseconds(now));
    }

    static void update(
            Handle handle, long namespace, String name, ObjectDefinition object, Instant now) {
        handle.execute(
                "UPDATE metadef_objects SET name = ?, description = ?, required = ?,"
                        + " properties = ?, updated_at = ? "
                        + ONE,
                object.name(),
                object.description(),
                json(object.required()),
                object.properties().toString(),
                Rows.microseconds(now),
                namespace,
                name);
    }

    private static @Nullable Dated<ObjectDefinition> find(
            Handle handle, long namespace, String name) {
        return handle.select(SELECT + ONE, namespace, name)
                .map(Objects::object)
                .findFirst()
                .orElse(null);
    }

    private static void requireFree(Handle handle, long namespace, String name) {
        if (exists(handle, namespace, name)) {
            throw DefinitionExistsException.in("object", name);
        }
    }

    private static String json(List<String> names) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        names.forEach(array::add);
        return array.toString();
    }

    private static Dated<ObjectDefinition> object(ResultSet row, StatementContext context)
            throws SQLException {
        List<String> required = new ArrayList<>();
        for (JsonNode name : Rows.json(row.getString("required"))) {
            required.add(name.textValue());
        }
        return Rows.dated(
                new ObjectDefinition(
                        row.getString("name"),
                        row.getString("description"),
                        required,
                        (ObjectNode) Rows.json(row.getString("properties"))),
                row);
    }
}
