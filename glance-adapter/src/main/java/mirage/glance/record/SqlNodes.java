package mirage.glance.record;

import mirage.glance.database.Database;

import java.time.Instant;
import java.util.Set;

/** Nodes in an SQL database. */
public final class SqlNodes implements Nodes {
    private final Database database;

    public SqlNodes(Database database) {
        this.database = database;
    }

    @Override
    public void alive(String node, Instant now) {
        long time = Microseconds.of(now);
        database.change(handle ->
                handle.execute("UPDATE nodes SET alive_at = ? WHERE name = ?", time, node) > 0
                        ? 1
                        : handle.execute(
                                "INSERT INTO nodes (name, alive_at) VALUES (?, ?)", node, time));
    }

    @Override
    public void gone(String node) {
        database.change(handle -> handle.execute("DELETE FROM nodes WHERE name = ?", node));
    }

    @Override
    public Set<String> aliveAfter(Instant instant) {
        return database.read(handle ->
                Set.copyOf(
                        handle.select(
                                        "SELECT name FROM nodes WHERE alive_at > ?",
                                        Microseconds.of(instant))
                                .mapTo(String.class)
                                .list()));
    }
}
