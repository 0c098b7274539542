package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk that is too small for what an upload decodes to: the upload is stored all the same, and nothing is left behind. Needs root,
 * and may mount; where that is impossible, {@code -Dmirage.loop-mounts=impossible} says so, and nothing is tested.
 */
final class WrappedRoomIT {
    private static final String SWITCH = "mirage.loop-mounts";

    @TempDir private Path directory;

    /** The first is full before anybody looks at what is left; the second is not, and is looked at. */
    @ParameterizedTest
    @CsvSource({"24m, No space left on device", "100m, more expected on the disk"})
    void theUploadIsStoredWhereWhatItDecodesToIsNot(String size, String why) throws Exception {
        if ("impossible".equals(System.getProperty(SWITCH))) {
            System.err.println("==== NOT TESTED: -D" + SWITCH + "=impossible was given ====");
            return;
        }
        byte[] image = GoldenFiles.unpacked("wrapped/refused/gzip-bomb-3-gib-of-ones.img");
        Path spool = Files.createDirectories(directory.resolve("library/spool"));
        run("mount", "-t", "tmpfs", "-o", "size=" + size + ",mode=700", "tmpfs", spool.toString());
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED))) {
            long room = Files.getFileStore(spool).getUsableSpace();
            StoredImage stored = store(library, "image", image);
            assertThat(stored.format()).isNull();
            assertThat(stored.warnings()).singleElement().asString().contains(why);
            assertGives(library, "image", image, 1);
            assertThat(spool).isEmptyDirectory();
            assertThat(Files.getFileStore(spool).getUsableSpace()).isEqualTo(room);
            assertClean(library);
        } finally {
            run("umount", spool.toString());
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as("%s", String.join(" ", command))
                .isZero();
    }
}
