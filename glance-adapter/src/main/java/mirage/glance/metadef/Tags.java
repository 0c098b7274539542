package mirage.glance.metadef;

import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The tags of namespaces that are kept. Safe for use by many threads and processes. */
public final class Tags {
    private static final String SELECT =
            "SELECT id, name, created_at, updated_at FROM metadef_tags ";
    private static final String ONE = "WHERE namespace_id = ? AND name = ?";

    private final Database database;

    Tags(Database database) {
        this.database = database;
    }

    /** What tags are ordered by; those that are equal in it by their creation, in the same direction. */
    public enum SortKey {
        NAME("name"),
        CREATED_AT("created_at"),
        UPDATED_AT("updated_at"),
        ID("id");

        private final String column;

        SortKey(String column) {
            this.column = column;
        }

        private Object of(Dated<String> tag, long id) {
            return switch (this) {
                case NAME -> tag.value();
                case CREATED_AT -> Rows.microseconds(tag.createdAt());
                case UPDATED_AT -> Rows.microseconds(tag.updatedAt());
                case ID -> id;
            };
        }
    }

    /**
     * Which tags of a namespace to list.
     *
     * @param after name of the last one of the page before, null for the first page
     * @param limit how many at the most
     */
    public record Query(SortKey sort, boolean ascending, @Nullable String after, int limit) {
        /** All, the newest first. */
        public static Query all() {
            return new Query(SortKey.CREATED_AT, false, null, Integer.MAX_VALUE);
        }
    }

    /** Tags of a namespace, null when there is none of the name to begin after. */
    public @Nullable List<String> list(long namespace, Query query) {
        String direction = query.ascending() ? "" : " DESC";
        String column = query.sort().column;
        String order = " ORDER BY " + column + direction + ", id" + direction;
        return database.read(handle -> {
            StringBuilder where = new StringBuilder("WHERE namespace_id = ?");
            List<Object> values = new ArrayList<>(List.of(namespace));
            if (query.after() != null) {
                Long last = id(handle, namespace, query.after());
                Dated<String> marker = find(handle, namespace, query.after());
                if (last == null || marker == null) {
                    return null;
                }
                String beyond = query.ascending() ? " > ?" : " < ?";
                where.append(" AND (" + column + beyond)
                        .append(" OR (" + column + " = ? AND id" + beyond + "))");
                Object value = query.sort().of(marker, last);
                values.addAll(List.of(value, value, last));
            }
            return handle.select(
                            SELECT + where + order + " LIMIT " + query.limit(), values.toArray())
                    .map((row, context) -> row.getString("name"))
                    .list();
        });
    }

    /** The one of that name, null when there is none. */
    public @Nullable Dated<String> find(long namespace, String name) {
        return database.read(handle -> find(handle, namespace, name));
    }

    /**
     * Keeps new ones, all or none.
     *
     * @param append whether those that are there stay; otherwise they go, except where there are no new ones
     * @throws DefinitionExistsException when there is one of such a name
     * @throws NamespaceGoneException when the namespace is not there
     */
    public void add(long namespace, List<String> tags, boolean append, Instant now) {
        database.change(handle -> {
            Rows.lock(handle, namespace);
            if (!append && !tags.isEmpty()) {
                removeAll(handle, namespace);
            }
            for (String tag : tags) {
                requireFree(handle, namespace, tag);
                insert(handle, namespace, tag, now);
            }
            return tags.size();
        });
    }

    /**
     * Gives one another name.
     *
     * @return it, null when there is none to rename
     * @throws DefinitionExistsException when another has the new name
     */
    public @Nullable Dated<String> rename(
            long namespace, String name, String newName, Instant now) {
        return database.change(handle -> {
            Rows.nextId(handle);
            if (id(handle, namespace, name) == null) {
                return null;
            }
            if (!name.equals(newName)) {
                requireFree(handle, namespace, newName);
            }
            handle.execute(
                    "UPDATE metadef_tags SET name = ?, updated_at = ? " + ONE,
                    newName,
                    Rows.microseconds(now),
                    namespace,
                    name);
            return find(handle, namespace, newName);
        });
    }

    /** Removes one. Returns whether it was there. */
    public boolean remove(long namespace, String name) {
        return database.change(
                handle -> handle.execute("DELETE FROM metadef_tags " + ONE, namespace, name) > 0);
    }

    /** Removes all of a namespace. */
    public void removeAll(long namespace) {
        database.change(handle -> removeAll(handle, namespace));
    }

    static boolean exists(Handle handle, long namespace, String name) {
        return id(handle, namespace, name) != null;
    }

    static void insert(Handle handle, long namespace, String name, Instant now) {
        handle.execute(
                "INSERT INTO metadef_tags (id, namespace_id, name, created_at, updated_at)"
                        + " VALUES (?, ?, ?, ?, ?)",
                Rows.nextId(handle),
                namespace,
                name,
                Rows.microseconds(now),
                Rows.microseconds(now));
    }

    private static int removeAll(Handle handle, long namespace) {
        return handle.execute("DELETE FROM metadef_tags WHERE namespace_id = ?", namespace);
    }

    private static void requireFree(Handle handle, long namespace, String name) {
        if (exists(handle, namespace, name)) {
            throw DefinitionExistsException.in("tag", name);
        }
    }

    private static @Nullable Long id(Handle handle, long namespace, String name) {
        return handle.select("SELECT id FROM metadef_tags " + ONE, namespace, name)
                .mapTo(Long.class)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Dated<String> find(Handle handle, long namespace, String name) {
        return handle.select(SELECT + ONE, namespace, name).map(Tags::tag).findFirst().orElse(null);
    }

    private static Dated<String> tag(ResultSet row, StatementContext context) throws SQLException {
        return Rows.dated(row.getString("name"), row);
    }
}
