package mirage.glance.record;

import mirage.catalog.ImageId;
import mirage.glance.database.Database;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Tasks in an SQL database. */
public final class SqlTasks implements Tasks {
    private static final String COLUMNS =
            "id, type, status, owner, user_id, image_id, request_id, input, result, message, node,"
                    + " created_at, updated_at, expires_at";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM tasks ";
    private static final String UNFINISHED = "status IN ('pending', 'processing')";
    private static final long NEVER = 0;

    private final Database database;

    public SqlTasks(Database database) {
        this.database = database;
    }

    @Override
    public void add(Task task) {
        database.change(handle ->
                handle.execute(
                        "INSERT INTO tasks ("
                                + COLUMNS
                                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        valuesOf(task)));
    }

    @Override
    public @Nullable Task find(String id) {
        return database.read(handle -> find(handle, id, ""));
    }

    @Override
    public @Nullable Task update(String id, UnaryOperator<Task> change) {
        return database.change(handle -> {
            Task before = find(handle, id, " FOR UPDATE");
            if (before == null) {
                return null;
            }
            Task after = change.apply(before);
            if (!after.equals(before)) {
                List<Object> values = new ArrayList<>(List.of(valuesOf(after)));
                values.add(id);
                handle.execute(
                        "UPDATE tasks SET " + COLUMNS.replace(", ", " = ?, ") + " = ? WHERE id = ?",
                        values.toArray());
            }
            return after;
        });
    }

    @Override
    public List<Task> ofImage(ImageId image) {
        return database.read(handle ->
                handle.select(SELECT + "WHERE image_id = ? ORDER BY created_at, id", image.value())
                        .map(SqlTasks::task)
                        .list());
    }

    @Override
    public List<Task> unfinished() {
        return database.read(handle ->
                handle.select(SELECT + "WHERE " + UNFINISHED + " ORDER BY created_at, id")
                        .map(SqlTasks::task)
                        .list());
    }

    @Override
    public List<Task> list(TaskQuery query) {
        StringBuilder where = new StringBuilder("1 = 1");
        List<Object> values = new ArrayList<>();
        if (query.owner() != null) {
            where.append(" AND owner = ?");
            values.add(query.owner());
        }
        if (query.status() != null) {
            where.append(" AND status = ?");
            values.add(query.status().wireName());
        }
        if (query.type() != null) {
            where.append(" AND type = ?");
            values.add(query.type());
        }
        String column = query.sort().column();
        if (query.after() != null) {
            String beyond = query.ascending() ? " > ?" : " < ?";
            where.append(
                    " AND (" + column + beyond + " OR (" + column + " = ? AND id" + beyond + "))");
            Object last = query.sort().of(query.after());
            values.addAll(List.of(last, last, query.after().id()));
        }
        String direction = query.ascending() ? "" : " DESC";
        String order = " ORDER BY " + column + direction + ", id" + direction;
        return database.read(handle ->
                handle.select(
                                SELECT + "WHERE " + where + order + " LIMIT " + query.limit(),
                                values.toArray())
                        .map(SqlTasks::task)
                        .list());
    }

    @Override
    public void forgetExpired(Instant now) {
        database.change(handle ->
                handle.execute(
                        "DELETE FROM tasks WHERE expires_at > ? AND expires_at <= ?",
                        NEVER,
                        Microseconds.of(now)));
    }

    private static @Nullable Task find(Handle handle, String id, String lock) {
        return handle.select(SELECT + "WHERE id = ?" + lock, id)
                .map(SqlTasks::task)
                .findFirst()
                .orElse(null);
    }

    private static Object[] valuesOf(Task task) {
        return new Object[] {
            task.id(),
            task.type(),
            task.status().wireName(),
            task.owner(),
            task.user(),
            task.image() == null ? "" : task.image().value(),
            task.requestId(),
            task.input(),
            task.result(),
            task.message(),
            task.node(),
            Microseconds.of(task.createdAt()),
            Microseconds.of(task.updatedAt()),
            task.expiresAt() == null ? NEVER : Microseconds.of(task.expiresAt())
        };
    }

    private static Task task(ResultSet row, StatementContext context) throws SQLException {
        String image = row.getString("image_id");
        long expires = row.getLong("expires_at");
        return new Task(
                row.getString("id"),
                row.getString("type"),
                Task.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("owner"),
                row.getString("user_id"),
                image.isEmpty() ? null : new ImageId(image),
                row.getString("request_id"),
                row.getString("input"),
                row.getString("result"),
                row.getString("message"),
                row.getString("node"),
                Microseconds.toInstant(row.getLong("created_at")),
                Microseconds.toInstant(row.getLong("updated_at")),
                expires == NEVER ? null : Microseconds.toInstant(expires));
    }
}
