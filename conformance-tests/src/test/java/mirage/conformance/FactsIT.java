package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What {@code mirage facts} says of a Debian that is in an image, is what Debian's own tools say of it when the kernel
 * mounts it. As {@link FileTableIT}, it needs root and a loop device, or {@code -Dmirage.loop-mounts=impossible}.
 */
final class FactsIT {
    private static final String QUERY =
            "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t${db:Status-Status}\n";

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void theLibrarySaysWhatDebiansToolsSay() throws Exception {
        Assumptions.assumeFalse(
                "impossible".equals(System.getProperty("mirage.loop-mounts")),
                "left out by -Dmirage.loop-mounts=impossible");
        Path image = TestImages.get().image("role.raw");
        String data = folder.resolve("data").toString();
        Launcher.run("import", "--data", data, "--name", "image", image.toString()).orFail();
        JsonNode facts = Launcher.run("facts", "--data", data, "image", "--json").orFail().json();

        Path mounted = Files.createDirectory(folder.resolve("mounted"));
        long offset = FileTableIT.rootOffset(image);
        Commands.run(
                        "mount",
                        "-o",
                        "ro,noload,loop,offset=" + offset,
                        image.toString(),
                        mounted.toString())
                .orFail();
        try {
            assertThat(packages(facts)).isEqualTo(packagesByDpkg(mounted));
            assertThat(of(facts, "accounts", "name", "uid", "gid", "home", "shell"))
                    .containsExactlyElementsOf(accounts(mounted));
            assertThat(of(facts, "systems", "name", "id", "version"))
                    .containsExactly(
                            shell(
                                    mounted,
                                    ". etc/os-release; echo \"$PRETTY_NAME|$ID|$VERSION_ID\""));
            assertThat(of(facts, "architectures", "machine"))
                    .containsExactly(shell(mounted, "uname -m"));
        } finally {
            Commands.run("umount", mounted.toString()).orFail();
        }
        String text =
                Launcher.run("facts", "--data", data, "image", "--kind", "packages")
                        .orFail()
                        .text();
        assertThat(text.lines()).hasSameSizeAs(packages(facts)).allMatch(l -> l.startsWith("pack"));
    }

    private static List<String> packages(JsonNode facts) {
        return of(
                        facts,
                        "packages",
                        "name",
                        "version",
                        "architecture",
                        "source",
                        "sourceVersion",
                        "state")
                .stream()
                .sorted()
                .toList();
    }

    /** We leave the source's version out where it is the package's. */
    private static List<String> packagesByDpkg(Path mounted) throws Exception {
        String admin = mounted.resolve("var/lib/dpkg").toString();
        return Commands.run("dpkg-query", "--admindir", admin, "-W", "-f", QUERY)
                .orFail()
                .text()
                .lines()
                .map(line -> line.split("\t", -1))
                .map(f ->
                        Stream.of(f[0], f[1], f[2], f[3], f[4].equals(f[1]) ? "" : f[4], f[5])
                                .collect(Collectors.joining("|")))
                .sorted()
                .toList();
    }

    private static List<String> accounts(Path mounted) throws IOException {
        return Files.readAllLines(mounted.resolve("etc/passwd")).stream()
                .map(line -> line.split(":", -1))
                .map(f -> String.join("|", f[0], f[2], f[3], f[5], f[6]))
                .toList();
    }

    private static String shell(Path directory, String command) throws Exception {
        Commands.Finished finished =
                Commands.run("sh", "-c", "cd '" + directory + "' && " + command).orFail();
        return finished.text().strip();
    }

    private static List<String> of(JsonNode facts, String kind, String... fields) {
        return StreamSupport.stream(facts.spliterator(), false)
                .filter(fact -> fact.required("kind").asText().equals(kind))
                .map(fact ->
                        Stream.of(fields)
                                .map(field -> fact.path(field).asText())
                                .collect(Collectors.joining("|")))
                .toList();
    }
}
