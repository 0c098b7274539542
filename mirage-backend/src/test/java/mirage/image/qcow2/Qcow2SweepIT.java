package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.Guest;
import mirage.image.ImageFormats;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Images that qemu-img and qemu-io make here and now, over sizes, cluster sizes, compressions and subclusters: each
 * must read as {@code qemu-img convert} reads it and lie where {@code qemu-img map} says. Fails without these tools.
 * The guest's content follows from {@code -Dmirage.sweep.seed=N}.
 */
final class Qcow2SweepIT {
    private static final long SEED = Long.getLong("mirage.sweep.seed", 20260102);
    private static final int TIMEOUT_SECONDS = 120;

    @TempDir Path directory;

    /**
     * @param compression as QEMU names it, or {@code none}
     */
    record Shape(long size, int clusterBytes, String compression, boolean extendedL2) {
        List<String> options() {
            List<String> options = new ArrayList<>();
            options.add("cluster_size=" + clusterBytes);
            if (compression.equals("zstd")) {
                options.add("compression_type=zstd");
            }
            if (extendedL2) {
                options.add("extended_l2=on");
            }
            return options;
        }

        boolean compressed() {
            return !compression.equals("none");
        }
    }

    static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (long size : new long[] {512, 65536, 3_000_832, 40L << 20}) {
            for (int clusterBytes : new int[] {512, 4096, 16384, 65536, 2 << 20}) {
                for (String compression : List.of("none", "zlib", "zstd")) {
                    if (clusterBytes == 512 && size > 4 << 20) {
                        continue; // qemu-img needs a minute for each
                    }
                    shapes.add(new Shape(size, clusterBytes, compression, false));
                    if (clusterBytes >= 16384) {
                        shapes.add(new Shape(size, clusterBytes, compression, true));
                    }
                }
            }
        }
        return shapes;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aConvertedImageReadsAsQemuReadsIt(Shape shape) throws IOException, InterruptedException {
        Path raw = directory.resolve("guest.raw");
        writeGuest(raw, shape.size(), new Random(SEED + shape.hashCode()));
        List<String> convert = new ArrayList<>(List.of("qemu-img", "convert", "-f", "raw"));
        if (shape.compressed()) {
            convert.add("-c");
            // Out of order: clusters then lie in the container as threads finish them.
            convert.addAll(List.of("-W", "-m", "8"));
        }
        convert.addAll(List.of("-O", "qcow2", "-o", String.join(",", shape.options())));
        Path image = directory.resolve("image.qcow2");
        convert.addAll(List.of(raw.toString(), image.toString()));
        run(convert);
        requireAsQemu(image);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void anImageThatAGuestWroteReadsAsQemuReadsIt(Shape shape)
            throws IOException, InterruptedException {
        Path image = directory.resolve("image.qcow2");
        run(
                List.of(
                        "qemu-img",
                        "create",
                        "-f",
                        "qcow2",
                        "-o",
                        String.join(",", shape.options()),
                        image.toString(),
                        Long.toString(shape.size())));
        List<String> write = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
        for (String command : guestCommands(shape, new Random(SEED + 31L * shape.hashCode()))) {
            write.addAll(List.of("-c", command));
        }
        write.add(image.toString());
        run(write);
        requireAsQemu(image);
    }

    @Test
    void aPreallocatedDiskOf64GibOpensQuickly() throws IOException, InterruptedException {
        Path file = directory.resolve("image.qcow2");
        run(
                List.of(
                        "qemu-img",
                        "create",
                        "-f",
                        "qcow2",
                        "-o",
                        "preallocation=metadata",
                        file.toString(),
                        "64G"));
        try (ByteSource container = FileSource.open(file)) {
            long start = System.nanoTime();
            DiskImage image = ImageFormats.open(container, new Warnings());
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
            assertThat(image.plainMap().mappedBytes()).isEqualTo(64L << 30);
        }
    }

    private void requireAsQemu(Path image) throws IOException, InterruptedException {
        Path expected = directory.resolve("expected.raw");
        run(
                List.of(
                        "qemu-img",
                        "convert",
                        "-f",
                        "qcow2",
                        "-O",
                        "raw",
                        image.toString(),
                        expected.toString()));
        byte[] map =
                run(List.of("qemu-img", "map", "-f", "qcow2", "--output=json", image.toString()));
        Warnings warnings = new Warnings();
        try (ByteSource container = FileSource.open(image);
                ByteSource guest = FileSource.open(expected)) {
            DiskImage opened = ImageFormats.open(container, warnings);
            assertThat(warnings.messages()).isEmpty();
            assertThat(opened.virtualSize()).isEqualTo(guest.length());
            assertThat(Guest.sha256(opened.disk())).isEqualTo(Guest.sha256(guest));
            assertThat(Guest.runs(opened.disk())).isEqualTo(Guest.runsOf(Guest.parse(map)));
            assertThat(opened.plainMap()).isEqualTo(Guest.plainMapOf(Guest.parse(map)));
            Guest.assertSound(opened, container);
        }
    }

    /** Runs of zeros, text and noise of any length, with edges anywhere. */
    private static void writeGuest(Path file, long size, Random random) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), size - 1);
            for (long at = 0; at < size; ) {
                int length = (int) Math.min(size - at, 1 + random.nextInt(1 << random.nextInt(21)));
                byte[] content = new byte[length];
                switch (random.nextInt(4)) {
                    case 0 -> random.nextBytes(content);
                    case 1 -> {
                        byte[] line =
                                ("line " + at + " of a guest\n").getBytes(StandardCharsets.UTF_8);
                        for (int i = 0; i < length; i++) {
                            content[i] = line[i % line.length];
                        }
                    }
                    default -> {
                        at += length;
                        continue;
                    }
                }
                channel.write(ByteBuffer.wrap(content), at);
                at += length;
            }
        }
    }

    /** Compressed clusters, then writes, writes of zeros with and without a place, and discards, over each other. */
    private static List<String> guestCommands(Shape shape, Random random) {
        List<String> commands = new ArrayList<>();
        if (shape.compressed()) {
            // First, as QEMU compresses only into clusters that were never written.
            for (long at = 0; at <= shape.size() - shape.clusterBytes(); ) {
                commands.add("write -c -P 99 " + at + " " + shape.clusterBytes());
                at += shape.clusterBytes() * (1L + random.nextInt(1 + (int) (shape.size() >> 17)));
            }
        }
        long sectors = shape.size() / 512;
        for (int i = 0; i < 60; i++) {
            long from = random.nextLong(sectors);
            long count = Math.min(sectors - from, 1 + random.nextInt(1 << random.nextInt(11)));
            String range = from * 512 + " " + count * 512;
            switch (random.nextInt(5)) {
                case 0, 1 -> commands.add("write -P " + (1 + i) + " " + range);
                case 2 -> commands.add("write -z " + range);
                case 3 -> commands.add("write -z -u " + range);
                default -> commands.add("discard " + range);
            }
        }
        return commands;
    }

    private byte[] run(List<String> command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " takes longer than " + TIMEOUT_SECONDS + " s");
        }
        assertThat(process.exitValue()).as("%s: %s", command, Files.readString(errors)).isZero();
        return Files.readAllBytes(output);
    }
}
