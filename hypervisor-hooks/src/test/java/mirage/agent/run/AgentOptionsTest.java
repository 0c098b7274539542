package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.config.SampleFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Names and defaults are what operators rely on: the committed reference pins them. */
final class AgentOptionsTest {
    private static final Path REFERENCE = Path.of("../docs/operating/agent-configuration.md");

    @TempDir Path directory;

    @Test
    void theReferenceIsAsTheProgramWritesIt() throws IOException {
        assertThat(Files.readString(REFERENCE))
                .as(
                        "mirage agent reference > docs/operating/agent-configuration.md brings it up to date")
                .isEqualTo(AgentReference.text());
    }

    @Test
    void theSampleIsValidAndChangesNothing() throws IOException {
        Path sample = directory.resolve("agent.conf");
        Files.writeString(sample, SampleFile.of(AgentOptions.SCHEMA, Map.of()));
        assertThat(read(sample).describeChanges()).isEmpty();
        // Every line that shows a default is one that may be taken as it is.
        Files.writeString(sample, Files.readString(sample).replaceAll("(?m)^#([a-z_]+ =.+)", "$1"));
        assertThat(read(sample).describeChanges()).isEmpty();
    }

    /** As the Debian package does: see packaging/debian. */
    @Test
    void theSampleOfThePackageIsForTheUserOfNova() throws IOException {
        Path sample = directory.resolve("agent.conf");
        Files.writeString(
                sample,
                SampleFile.of(
                        AgentOptions.SCHEMA,
                        Map.of(
                                "agent.state_dir", "/var/lib/nova/instances/mirage-agent",
                                "nova.instances_path", "/var/lib/nova/instances",
                                "nova.user", "")));
        AgentSettings settings = AgentSettings.from(read(sample));
        assertThat(settings.stateDirectory())
                .isEqualTo(Path.of("/var/lib/nova/instances/mirage-agent"));
        assertThat(settings.nova())
                .isEqualTo(
                        new AgentSettings.Nova(
                                Path.of("/var/lib/nova/instances/_base"),
                                Path.of("/var/lib/nova/instances/locks"),
                                Duration.ofSeconds(10),
                                null));
    }

    @Test
    void aNameThatThereIsNotStopsTheStart() throws IOException {
        Path file = directory.resolve("agent.conf");
        Files.writeString(file, "[agent]\nfacad = http://controller:9292\n");
        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        wrong ->
                                assertThat(wrong.problems())
                                        .singleElement()
                                        .asString()
                                        .contains("agent.conf:2", "did you mean facade"));
    }

    private static Configuration read(Path file) throws IOException {
        return new ConfigurationReader(AgentOptions.SCHEMA, Map.of()).file(file).read();
    }
}
