package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.conformance.Commands.Finished;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The commands that work on a library without a server. */
final class CommandLineIT {
    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve", "import", "export", "files", "cat", "ls", "info", "stats", "verify"
            })
    void everyCommandExplainsItself(String command) throws Exception {
        Finished help = Launcher.run(command, "--help").orFail();
        assertThat(help.text()).contains("Usage: mirage " + command, "--data");
        assertThat(Launcher.run("--help").orFail().text()).contains(command);
    }

    @Test
    void anUnknownCommandOrOptionIsRefused() throws Exception {
        assertThat(Launcher.run("no-such-command").exitCode()).isNotZero();
        assertThat(Launcher.run("ls", "--no-such-option").exitCode()).isNotZero();
    }

    @Test
    void whatIsImportedIsListedReadAndExported() throws Exception {
        TestImages images = TestImages.get();
        Path upload = images.image("child.zlib.qcow2");
        mirage("import", "--name", "child", upload.toString());

        assertThat(mirage("ls").text()).contains("child");
        assertThat(mirage("info", "child").text()).contains("child", "qcow2");

        Path container = folder.resolve("container");
        mirage("export", "child", container.toString());
        assertThat(Digests.of("SHA-256", container)).isEqualTo(Digests.of("SHA-256", upload));
        Path disk = folder.resolve("disk");
        mirage("export", "--view", "disk", "child", disk.toString());
        assertThat(Digests.of("SHA-256", disk))
                .isEqualTo(Digests.of("SHA-256", images.image("child.raw")));

        assertThat(mirage("cat", "child", "/etc/hostname").text()).isEqualTo("mirage-base\n");
        assertThat(mirage("cat", "child", "/srv/data/copy of the log.txt").text())
                .startsWith("line 0 value ")
                .hasLineCount(300_000);
        assertThat(tryMirage("cat", "child", "/no/such/file").exitCode()).isNotZero();
        assertThat(tryMirage("cat", "no-such-image", "/etc/hostname").exitCode()).isNotZero();

        JsonNode files = mirage("files", "child", "--json").json();
        assertThat(files).extracting(file -> file.path("path").asText()).contains("/etc/hostname");
        mirage("verify");
    }

    @Test
    void equalContentIsStoredOnce() throws Exception {
        TestImages images = TestImages.get();
        mirage("import", "--name", "base", images.image("base.raw").toString());
        long base = storedBytes(1);
        mirage("import", "--name", "again", images.image("base.raw").toString());
        mirage("import", "--name", "container", images.image("base.qcow2").toString());
        long container = storedBytes(3);
        assertThat(container - base).as("added by equal content").isLessThan(base / 20);

        mirage("import", "--name", "role", images.image("role.raw").toString());
        // Bootstrapped separately: equal files lie at other places, only files that differ are new.
        assertThat(storedBytes(4) - container).as("added by the role").isLessThan(base / 3);
    }

    @Test
    void aLibraryThatAServerHoldsIsRefused() throws Exception {
        Path image = TestImages.get().image("awkward/random");
        mirage("import", "--name", "first", image.toString());
        try (RunningMirage server = RunningMirage.start(data(), Acknowledge.SPOOLED)) {
            assertThat(Files.getPosixFilePermissions(data().resolve("token")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            Finished refused = tryMirage("import", "--name", "second", image.toString());
            assertThat(refused.exitCode()).as("%s", refused).isNotZero();
            assertThat(refused.errors()).contains(data().toString()).doesNotContain("\tat ");
            assertThat(mirage("ls").text()).as("looking is allowed").contains("first");
            assertThat(server.isAlive()).isTrue();
        }
        mirage("verify");
        assertThat(mirage("ls").text()).contains("first").doesNotContain("second");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private long storedBytes(int images) throws IOException, InterruptedException {
        JsonNode stats = mirage("stats", "--json").json();
        assertThat(stats.path("images").asInt()).isEqualTo(images);
        assertThat(stats.path("chunks").asLong()).isPositive();
        assertThat(stats.path("uniqueBytes").asLong()).isPositive();
        assertThat(stats.path("storedBytes").asLong()).isPositive();
        return stats.path("storedBytes").asLong();
    }

    private Finished mirage(String command, String... arguments)
            throws IOException, InterruptedException {
        return tryMirage(command, arguments).orFail();
    }

    private Finished tryMirage(String command, String... arguments)
            throws IOException, InterruptedException {
        String[] all = new String[arguments.length + 3];
        all[0] = command;
        all[1] = "--data";
        all[2] = data().toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Launcher.run(all);
    }
}
