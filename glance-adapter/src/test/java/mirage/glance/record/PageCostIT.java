package mirage.glance.record;

import mirage.glance.database.DatabaseAddress;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** The cost of pages in the embedded database. */
final class PageCostIT extends PageCostContract {
    @TempDir Path directory;

    @Override
    DatabaseAddress newDatabase() {
        return DatabaseAddress.embedded(directory.resolve("many"));
    }
}
