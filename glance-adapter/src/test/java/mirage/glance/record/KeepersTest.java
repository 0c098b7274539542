package mirage.glance.record;

import mirage.glance.database.DatabaseAddress;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** The keepers that need no server. */
final class KeepersTest {
    @Nested
    final class InMemory extends KeepersContract {
        @Override
        Keepers newKeepers() {
            return Keepers.inMemory();
        }
    }

    @Nested
    final class Embedded extends KeepersContract {
        @TempDir Path directory;

        @Override
        Keepers newKeepers() throws IOException {
            return Keepers.in(DatabaseAddress.embedded(directory.resolve("keepers")));
        }
    }
}
