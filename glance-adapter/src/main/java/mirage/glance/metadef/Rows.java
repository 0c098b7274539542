package mirage.glance.metadef;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What the tables of definitions have in common.
 *
 * <p>Every change takes the row of {@code metadef_ids} first, by asking for an id. So there is one change at a time on
 * all processes, and what a change has read stays true until it ends: whether a name is free, whether a namespace is
 * there. Definitions change rarely, by administrators.
 */
final class Rows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Rows() {}

    /** An id greater than all before it. Keeps other changes out until the transaction ends. */
    static long nextId(Handle handle) {
        handle.execute("UPDATE metadef_ids SET last_id = last_id + 1");
        return handle.select("SELECT last_id FROM metadef_ids").mapTo(Long.class).one();
    }

    /**
     * Begins the change of a namespace's content.
     *
     * @throws NamespaceGoneException when it is not there any more
     */
    static void lock(Handle handle, long namespace) {
        nextId(handle);
        if (!exists(handle, "SELECT 1 FROM metadef_namespaces WHERE id = ?", namespace)) {
            throw new NamespaceGoneException();
        }
    }

    static boolean exists(Handle handle, String select, Object... values) {
        return handle.select(select, values).mapTo(Integer.class).findFirst().isPresent();
    }

    static long microseconds(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    static <T> Dated<T> dated(T value, ResultSet row) throws SQLException {
        return new Dated<>(value, time(row, "created_at"), time(row, "updated_at"));
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return Instant.EPOCH.plus(row.getLong(column), ChronoUnit.MICROS);
    }

    static JsonNode json(String column) {
        try {
            return JSON.readTree(column);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a column holds no JSON: " + column, broken);
        }
    }
}
