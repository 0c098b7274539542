package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One library at a time works on a directory. */
final class LockTest {
    @TempDir private Path directory;

    @Test
    void anotherLibraryIsRefusedHereAndInAnotherProcess() throws Exception {
        MirageLibrary library = MirageLibrary.open(directory, LibrarySettings.defaults());
        try (library) {
            assertThatThrownBy(() -> MirageLibrary.open(directory, LibrarySettings.defaults()))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            // The refused attempt must not have cost the first its lock.
            assertThat(openInAnotherProcess())
                    .contains(directory + " is in use by process " + ProcessHandle.current().pid());
        }
        assertThat(openInAnotherProcess()).isEqualTo("opened");
        MirageLibrary.open(directory, LibrarySettings.defaults()).close();
    }

    @Test
    void whatCannotBeOpenedIsLeftClosed() throws IOException {
        MirageLibrary.open(directory, LibrarySettings.defaults()).close();
        Files.move(directory.resolve("spool"), directory.resolve("elsewhere"));
        Files.writeString(directory.resolve("spool"), "not a directory");
        assertThatThrownBy(() -> MirageLibrary.open(directory, LibrarySettings.defaults()))
                .isInstanceOf(IOException.class);
        Files.delete(directory.resolve("spool"));
        MirageLibrary.open(directory, LibrarySettings.defaults()).close();
    }

    @Test
    void aFailureHalfWayClosesWhatWasOpened() throws IOException {
        assertThatThrownBy(() ->
                        MirageLibrary.open(
                                directory,
                                LibrarySettings.defaults(),
                                _ -> {
                                    throw new IllegalStateException("on purpose");
                                },
                                java.time.Clock.systemUTC()))
                .hasMessage("on purpose");
        Files.createDirectories(directory.resolve("catalog/broken.tmp/not-empty"));
        // Behind the index, whose own lock would refuse a second opening by this process.
        assertThatThrownBy(() -> MirageLibrary.open(directory, LibrarySettings.defaults()))
                .isInstanceOf(IOException.class);
        Files.delete(directory.resolve("catalog/broken.tmp/not-empty"));
        MirageLibrary.open(directory, LibrarySettings.defaults()).close();
    }

    @Test
    void nobodyElseReadsTheDirectory() throws IOException {
        Path data = directory.resolve("new");
        MirageLibrary.open(data, LibrarySettings.defaults()).close();
        for (Path path : List.of(data, data.resolve("spool"), data.resolve("catalog"))) {
            assertThat(Files.getPosixFilePermissions(path)).as("%s", path).hasSize(3);
        }
    }

    private String openInAnotherProcess() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Opener.class.getName(),
                                directory.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    /** Opens a library and says how that went. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) throws IOException {
            try (MirageLibrary library =
                    MirageLibrary.open(Path.of(arguments[0]), LibrarySettings.defaults())) {
                System.out.println(library.list().isEmpty() ? "opened" : "opened, not empty");
            } catch (DirectoryInUseException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
