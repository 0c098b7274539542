package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** File systems made by {@code mke2fs} of e2fsprogs, which must be installed. */
public final class Ext4Images {
    private Ext4Images() {}

    /**
     * Makes a file system with the content of a directory; the same tree gives the same places.
     *
     * @param tree what it holds
     * @param options of mke2fs, such as {@code -b 1024}
     */
    public static byte[] make(Path tree, Path scratch, int megabytes, String... options)
            throws IOException {
        Path image = Files.createTempFile(scratch, "ext4", ".img");
        List<String> command = new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4"));
        command.addAll(
                List.of(
                        "-U",
                        "6d697261-6765-4000-8000-000000000001",
                        "-E",
                        "hash_seed=6d697261-6765-4000-8000-000000000002"));
        command.addAll(List.of(options));
        command.addAll(List.of("-d", tree.toString(), image.toString(), megabytes + "M"));
        run(command);
        byte[] bytes = Files.readAllBytes(image);
        Files.delete(image);
        return bytes;
    }

    private static void run(List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
