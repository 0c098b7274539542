package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

final class EmbeddedMetadefsTest extends MetadefsContract {
    @TempDir Path directory;

    @Override
    Database newDatabase() throws IOException {
        return Database.open(DatabaseAddress.embedded(directory.resolve("contract")));
    }

    @Test
    void definitionsOutliveTheProcess() throws IOException {
        DatabaseAddress address = DatabaseAddress.embedded(directory.resolve("kept"));
        NamespaceAttributes attributes =
                new NamespaceAttributes("kept", null, null, true, true, "web");
        NamespaceContents nothing =
                new NamespaceContents(List.of(), List.of(), List.of(), List.of());
        try (Database database = Database.open(address)) {
            Metadefs.in(database)
                    .namespaces()
                    .create(new NamespaceDocument(attributes, nothing), Instant.EPOCH);
        }
        try (Database database = Database.open(address)) {
            Namespace found = Metadefs.in(database).namespaces().find("kept");
            assertThat(found).isNotNull().extracting(Namespace::attributes).isEqualTo(attributes);
        }
    }
}
