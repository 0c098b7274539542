package mirage.glance.record;

import static java.util.Objects.requireNonNull;

import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.DatabaseServers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** All records in a real MariaDB, each test in a database of its own, made from nothing. */
final class MariaDbRecordsIT {
    private static @Nullable DatabaseServers server;

    @BeforeAll
    static void start() throws Exception {
        server = DatabaseServers.mariaDb();
    }

    @AfterAll
    static void end() throws Exception {
        requireNonNull(server).close();
    }

    private static DatabaseAddress database() throws Exception {
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
