package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads the definitions that a distribution installs. Runs where {@code -Dmirage.stock-metadefs=/etc/glance/metadefs}
 * names their directory, which is Debian's of the package glance-common; elsewhere it says that it did not run.
 */
final class StockDefinitionsIT {
    private static final String DIRECTORY = "mirage.stock-metadefs";

    @TempDir Path directory;

    @Test
    void allAreLoadedAndNothingIsLost() throws IOException {
        String stock = System.getProperty(DIRECTORY, "");
        if (stock.isEmpty()) {
            System.err.println(
                    getClass().getSimpleName() + " did not run: -D" + DIRECTORY + " is not set");
        }
        Assumptions.assumeFalse(stock.isEmpty(), "-D" + DIRECTORY + " is not set");
        List<Path> files;
        try (Stream<Path> entries = Files.list(Path.of(stock))) {
            files = entries.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
        assertThat(files).isNotEmpty();
        try (Database database =
                Database.open(DatabaseAddress.embedded(directory.resolve("records")))) {
            Metadefs metadefs = Metadefs.in(database);
            for (Path file : files) {
                NamespaceDocument document = DefinitionFile.read(file);
                assertThat(metadefs.load(document, Existing.KEEP, Instant.EPOCH)).isTrue();
                Namespace kept = metadefs.namespaces().find(document.attributes().name());
                assertThat(kept).isNotNull();
                Path copy = directory.resolve("copy.json");
                DefinitionFile.write(
                        copy, new NamespaceDocument(kept.attributes(), metadefs.contents(kept)));
                assertSame(DefinitionFile.read(copy), document);
            }
        }
    }

    private static void assertSame(NamespaceDocument kept, NamespaceDocument given) {
        assertThat(kept.attributes()).isEqualTo(given.attributes());
        assertThat(kept.contents().associations())
                .containsExactlyInAnyOrderElementsOf(given.contents().associations());
        assertThat(kept.contents().properties())
                .containsExactlyInAnyOrderElementsOf(given.contents().properties());
        assertThat(kept.contents().objects())
                .containsExactlyInAnyOrderElementsOf(given.contents().objects());
        assertThat(kept.contents().tags()).isEqualTo(given.contents().tags());
    }
}
