package mirage.glance.record;

import static java.util.Objects.requireNonNull;

import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.DatabaseServers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** All records in a real database server, each test in a database of its own, made from nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerRecordsContract {
    private @Nullable DatabaseServers server;

    abstract DatabaseServers newServer() throws Exception;

    @BeforeAll
    void start() throws Exception {
        server = newServer();
    }

    @AfterAll
    void end() throws Exception {
        requireNonNull(server).close();
    }

    private DatabaseAddress database() throws Exception {
        return requireNonNull(server).newDatabase();
    }

    @Nested
    final class Images extends SqlImageRecordsContract {
        @Override
        DatabaseAddress newDatabase() throws Exception {
            return database();
        }
    }

    @Nested
    final class Conflicts extends ConflictContract {
        @Override
        DatabaseAddress newDatabase() throws Exception {
            return database();
        }
    }

    @Nested
    final class Others extends KeepersContract {
        @Override
        Keepers newKeepers() throws Exception {
            return Keepers.in(database());
        }
    }

    @Nested
    final class Pages extends PageCostContract {
        @Override
        DatabaseAddress newDatabase() throws Exception {
            return database();
        }
    }
}
