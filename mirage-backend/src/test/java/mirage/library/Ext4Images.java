package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

    /** A file system with files that compress and files that do not, which follow from a seed. */
    static byte[] mixed(Path scratch, long seed, int megabytes) throws IOException {
        Path tree = Files.createDirectory(scratch.resolve("tree-" + seed));
        Random random = new Random(seed);
        for (int i = 0; i < 120; i++) {
            byte[] content = new byte[1 + random.nextInt(1 << random.nextInt(10, 19))];
            if (i % 2 == 0) {
                random.nextBytes(content);
            } else {
                fillWithWords(content, random);
            }
            Files.write(tree.resolve("file-" + i), content);
        }
        return make(tree, scratch, megabytes);
    }

    /** Compresses to about a third. */
    private static void fillWithWords(byte[] content, Random random) {
        for (int at = 0; at < content.length; ) {
            byte[] word =
                    (Integer.toString(random.nextInt(5000), 36) + " said ").getBytes(US_ASCII);
            int length = Math.min(word.length, content.length - at);
            System.arraycopy(word, 0, content, at, length);
            at += length;
        }
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
