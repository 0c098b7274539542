package mirage.glance.metadef;

import static java.util.Objects.requireNonNull;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseServers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The definitions in a real PostgreSQL, each test in a database of its own, made from nothing. */
final class PostgresMetadefsIT extends MetadefsContract {
    private static @Nullable DatabaseServers server;

    @BeforeAll
    static void start() throws Exception {
        server = DatabaseServers.postgreSql();
    }

    @AfterAll
    static void end() throws Exception {
        requireNonNull(server).close();
    }

    @Override
    Database newDatabase() throws Exception {
        return Database.open(requireNonNull(server).newDatabase());
    }
}
