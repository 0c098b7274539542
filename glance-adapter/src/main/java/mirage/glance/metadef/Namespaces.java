package mirage.glance.metadef;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The namespaces that are kept. Safe for use by many threads and processes. */
public final class Namespaces {
    private static final String SELECT =
            "SELECT id, name, display_name, description, visibility, protected, owner, created_at,"
                    + " updated_at FROM metadef_namespaces ";
    private static final String OF_RESOURCE_TYPES =
            " AND EXISTS (SELECT 1 FROM metadef_associations a JOIN metadef_resource_types t ON"
                    + " t.id = a.resource_type_id WHERE a.namespace_id = metadef_namespaces.id"
                    + " AND t.name IN (";

    private final Database database;

    Namespaces(Database database) {
        this.database = database;
    }

    /** The namespace of that name, null when there is none. */
    public @Nullable Namespace find(String name) {
        return database.read(handle -> find(handle, name));
    }

    /** A page of namespaces. */
    public List<Namespace> list(NamespaceQuery query) {
        StringBuilder where = new StringBuilder("1 = 1");
        List<Object> values = new ArrayList<>();
        if (!query.everybodys()) {
            where.append(" AND (visibility = 'public' OR owner = ?)");
            values.add(query.project() == null ? "" : query.project());
        }
        if (query.visibility() != null) {
            where.append(" AND visibility = ?");
            values.add(query.visibility());
        }
        if (query.resourceTypes() != null) {
            where.append(OF_RESOURCE_TYPES)
                    .append(
                            String.join(
                                    ", ", Collections.nCopies(query.resourceTypes().size(), "?")))
                    .append("))");
            values.addAll(query.resourceTypes());
        }
        addPlace(query, where, values);
        String direction = query.ascending() ? "" : " DESC";
        String order =
                " ORDER BY "
                        + query.sort().expression()
                        + direction
                        + ", created_at"
                        + direction
                        + ", id"
                        + direction;
        return database.read(handle ->
                handle.select(
                                SELECT + "WHERE " + where + order + " LIMIT " + query.limit(),
                                values.toArray())
                        .map(Namespaces::namespace)
                        .list());
    }

    private static void addPlace(NamespaceQuery query, StringBuilder where, List<Object> values) {
        Namespace last = query.after();
        if (last == null) {
            return;
        }
        String beyond = query.ascending() ? " > ?" : " < ?";
        String key = query.sort().expression();
        where.append(" AND (" + key + beyond)
                .append(" OR (" + key + " = ? AND (created_at" + beyond)
                .append(" OR (created_at = ? AND id" + beyond + "))))");
        Object value = query.sort().of(last);
        long created = Rows.microseconds(last.createdAt());
        values.addAll(List.of(value, value, created, created, last.id()));
    }

    /**
     * Keeps a new namespace with what is in it.
     *
     * @throws DefinitionExistsException when there is one of that name
     */
    public Namespace create(NamespaceDocument document, Instant now) {
        return database.change(handle -> insert(handle, document, now));
    }

    /**
     * Replaces what is said of a namespace, but not what is in it.
     *
     * @throws DefinitionExistsException when another one has that name
     * @throws NamespaceGoneException when it is not there
     */
    public Namespace update(long id, NamespaceAttributes attributes, Instant now) {
        return database.change(handle -> {
            Rows.lock(handle, id);
            Namespace other = find(handle, attributes.name());
            if (other != null && other.id() != id) {
                throw DefinitionExistsException.ofNamespace(attributes.name());
            }
            return update(handle, id, attributes, now);
        });
    }

    /** Removes a namespace with all that is in it. One that is not there is no error. */
    public void delete(long id) {
        database.change(handle -> {
            Rows.nextId(handle);
            return delete(handle, id);
        });
    }

    static @Nullable Namespace find(Handle handle, String name) {
        return handle.select(SELECT + "WHERE name = ?", name)
                .map(Namespaces::namespace)
                .findFirst()
                .orElse(null);
    }

    static Namespace insert(Handle handle, NamespaceDocument document, Instant now) {
        NamespaceAttributes attributes = document.attributes();
        long id = Rows.nextId(handle);
        if (find(handle, attributes.name()) != null) {
            throw DefinitionExistsException.ofNamespace(attributes.name());
        }
        long time = Rows.microseconds(now);
        handle.execute(
                "INSERT INTO metadef_namespaces (id, name, display_name, description, visibility,"
                        + " protected, owner, created_at, updated_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                attributes.name(),
                attributes.displayName(),
                attributes.description(),
                attributes.visibility(),
                attributes.isProtected(),
                attributes.owner(),
                time,
                time);
        NamespaceContents contents = document.contents();
        contents.associations().forEach(one -> ResourceTypes.insert(handle, id, one, now));
        contents.properties().forEach(one -> Properties.insert(handle, id, one));
        contents.objects().forEach(one -> Objects.insert(handle, id, one, now));
        contents.tags().forEach(one -> Tags.insert(handle, id, one, now));
        return new Namespace(id, attributes, now, now);
    }

    static Namespace update(Handle handle, long id, NamespaceAttributes attributes, Instant now) {
        handle.execute(
                "UPDATE metadef_namespaces SET name = ?, display_name = ?, description = ?,"
                        + " visibility = ?, protected = ?, owner = ?, updated_at = ? WHERE id = ?",
                attributes.name(),
                attributes.displayName(),
                attributes.description(),
                attributes.visibility(),
                attributes.isProtected(),
                attributes.owner(),
                Rows.microseconds(now),
                id);
        return handle.select(SELECT + "WHERE id = ?", id).map(Namespaces::namespace).one();
    }

    static int delete(Handle handle, long id) {
        return handle.execute("DELETE FROM metadef_namespaces WHERE id = ?", id);
    }

    private static Namespace namespace(ResultSet row, StatementContext context)
            throws SQLException {
        return new Namespace(
                row.getLong("id"),
                new NamespaceAttributes(
                        row.getString("name"),
                        row.getString("display_name"),
                        row.getString("description"),
                        NamespaceAttributes.isPublic(row.getString("visibility")),
                        row.getBoolean("protected"),
                        row.getString("owner")),
                Rows.time(row, "created_at"),
                Rows.time(row, "updated_at"));
    }
}
