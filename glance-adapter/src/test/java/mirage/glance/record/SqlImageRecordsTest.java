package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.Product;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Image records in the embedded database. */
final class SqlImageRecordsTest extends SqlImageRecordsContract {
    @TempDir Path directory;
    private int databases;

    @Override
    DatabaseAddress newDatabase() {
        return DatabaseAddress.embedded(directory.resolve("database" + databases++));
    }

    @Override
    Comparator<String> textOrder() {
        return Product.H2.textOrder();
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws IOException {
        Path file = directory.resolve("broken");
        Files.writeString(directory.resolve("broken.mv.db"), "not a database".repeat(1000));
        assertThatThrownBy(() -> Database.open(DatabaseAddress.embedded(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }
}
