package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A disk as installers leave it: a GPT with a file system that holds files, and a swap area. Made by Debian's tools. */
final class PartitionedDisk {
    private static final int FIRST_BYTE = 1 << 20;
    private static final int SWAP_BYTES = 2 << 20;
    private static final int TIMEOUT_SECONDS = 120;

    /** Behind the last partition: the backup of the table. */
    private static final int END_BYTES = 1 << 20;

    private final Path directory;

    PartitionedDisk(Path directory) {
        this.directory = directory;
    }

    /** A raw file of the size, at least 12 MiB. */
    Path make(long bytes) throws IOException {
        Path disk = directory.resolve("disk.raw");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(bytes);
        }
        int fileSystemMegabytes = (int) ((bytes - FIRST_BYTE - SWAP_BYTES - END_BYTES) >> 20);
        Path table =
                Files.writeString(
                        directory.resolve("table"),
                        "label: gpt\n"
                                + ("start=1MiB, size=" + fileSystemMegabytes + "MiB, type=linux\n")
                                + "size=2MiB, type=swap\n");
        run(directory, table, "sfdisk", "--quiet", disk.toString());
        byte[] fileSystem = Ext4Images.make(tree(), directory, fileSystemMegabytes);
        Path swap = Files.write(directory.resolve("swap"), new byte[SWAP_BYTES]);
        run(directory, null, "mkswap", swap.toString());
        try (FileChannel channel = FileChannel.open(disk, StandardOpenOption.WRITE)) {
            writeWhatIsNotZero(channel, FIRST_BYTE, fileSystem);
            writeWhatIsNotZero(channel, FIRST_BYTE + fileSystem.length, Files.readAllBytes(swap));
        }
        return disk;
    }

    /** Noise and text, of sizes below and above all clusters. */
    private Path tree() throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Random random = new Random(20261130);
        for (int i = 0; i < 120; i++) {
            byte[] content = new byte[1 + random.nextInt(1 << random.nextInt(8, 17))];
            if (i % 3 == 0) {
                random.nextBytes(content);
            } else {
                byte[] line = ("line of file " + i + "\n").getBytes(StandardCharsets.US_ASCII);
                for (int at = 0; at < content.length; at++) {
                    content[at] = line[at % line.length];
                }
            }
            Path folder = Files.createDirectories(tree.resolve("folder-" + i % 7));
            Files.write(folder.resolve("file-" + i), content);
        }
        byte[] large = new byte[2 << 20];
        random.nextBytes(large);
        Files.write(tree.resolve("large"), large);
        Files.createSymbolicLink(tree.resolve("link"), Path.of("large"));
        return tree;
    }

    private static void writeWhatIsNotZero(FileChannel disk, long place, byte[] bytes)
            throws IOException {
        int step = 4096;
        for (int at = 0; at < bytes.length; at += step) {
            ByteBuffer block = ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at));
            if (block.mismatch(ByteBuffer.allocate(block.remaining())) >= 0) {
                disk.write(block, place + at);
            }
        }
    }

    /** How a program ended, and what it printed. */
    record Ended(int status, String output) {}

    /** A failure is loud. */
    static void run(Path folder, @Nullable Path input, String... command) throws IOException {
        requireSuccess(attempt(folder, input, command), command);
    }

    static void requireSuccess(Ended ended, String... command) {
        assertThat(ended.status()).as("%s: %s", String.join(" ", command), ended.output()).isZero();
    }

    /** Runs a program that may fail. */
    static Ended attempt(Path folder, @Nullable Path input, String... command) throws IOException {
        Path output = Files.createTempFile("mirage-test", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectInput((input == null ? Path.of("/dev/null") : input).toFile())
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        String.join(" ", command) + " takes longer than " + TIMEOUT_SECONDS + " s");
            }
            return new Ended(process.exitValue(), Files.readString(output));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.delete(output);
        }
    }
}
