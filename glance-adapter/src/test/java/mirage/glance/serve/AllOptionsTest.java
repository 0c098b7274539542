package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.config.Reference;
import mirage.config.SampleFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Names and defaults are what operators rely on: the committed reference pins them. */
final class AllOptionsTest {
    private static final Path REFERENCE = Path.of("../docs/operating/configuration.md");

    @TempDir Path directory;

    @Test
    void theReferenceIsAsTheProgramWritesIt() throws IOException {
        assertThat(Files.readString(REFERENCE))
                .as(
                        "mirage config reference > docs/operating/configuration.md brings it up to date")
                .isEqualTo(Reference.of(AllOptions.SCHEMA));
    }

    @Test
    void theSampleIsValidAndChangesNothing() throws IOException {
        Path sample = directory.resolve("mirage.conf");
        Files.writeString(sample, SampleFile.of(AllOptions.SCHEMA, Map.of()));
        assertThat(read(sample).describeChanges()).isEmpty();
        // Every line that shows a default is one that may be taken as it is; sections without a
        // name are for later.
        String named = Files.readString(sample).split("(?m)^#\\[<", 2)[0];
        Files.writeString(sample, named.replaceAll("(?m)^#([a-z_]+ =)", "$1"));
        assertThat(read(sample).describeChanges()).isEmpty();
    }

    @Test
    void theSampleSetsWhatItIsTold() throws IOException {
        Path sample = directory.resolve("mirage.conf");
        Files.writeString(
                sample, SampleFile.of(AllOptions.SCHEMA, Map.of("DEFAULT.bind_port", "80")));
        assertThat(read(sample).describeChanges())
                .singleElement()
                .asString()
                .matches(".*mirage.conf:[0-9]+: \\[DEFAULT\\] bind_port = 80 \\(default 9292\\)");
        assertThatThrownBy(
                        () -> SampleFile.of(AllOptions.SCHEMA, Map.of("DEFAULT.bind_prot", "80")))
                .hasMessage("there is no option DEFAULT.bind_prot");
        assertThatThrownBy(() -> SampleFile.of(AllOptions.SCHEMA, Map.of("bind_port", "80")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SampleFile.of(AllOptions.SCHEMA, Map.of("DEFAULT.bind_port", "x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Configuration read(Path file) throws IOException {
        return new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read();
    }
}
