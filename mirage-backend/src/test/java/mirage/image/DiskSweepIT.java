package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Images of VHD, VHDX, VDI, VMDK and ploop that qemu-img makes here and now of a random disk, with every option that it can write:
 * each must read as {@code qemu-img convert} reads it, and where QEMU tells a map, lie where that says. Fails without
 * qemu-img. The guest's content follows from {@code -Dmirage.sweep.seed=N}.
 */
final class DiskSweepIT {
    private static final long SEED = Long.getLong("mirage.sweep.seed", 20260102);
    private static final int TIMEOUT_SECONDS = 120;

    @TempDir Path directory;

    /**
     * @param driver as QEMU names the format
     * @param format as we do
     * @param mapped whether QEMU tells a map of it that is not that of the file below
     */
    record Shape(String driver, String format, String options, boolean mapped, long size) {}

    static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (long size : new long[] {512, 3_000_832, 24L << 20}) {
            for (String force : List.of("off", "on")) {
                shapes.add(
                        shape("vpc", "vhd", "subformat=dynamic,force_size=" + force, true, size));
                shapes.add(shape("vpc", "vhd", "subformat=fixed,force_size=" + force, false, size));
            }
            for (String block : List.of("1M", "8M", "256M")) {
                shapes.add(
                        shape(
                                "vhdx",
                                "vhdx",
                                "subformat=dynamic,block_size=" + block,
                                false,
                                size));
            }
            shapes.add(shape("vhdx", "vhdx", "subformat=fixed,block_size=1M", false, size));
            shapes.add(shape("vhdx", "vhdx", "log_size=8M,block_state_zero=off", false, size));
            shapes.add(shape("vdi", "vdi", "static=off", true, size));
            shapes.add(shape("vdi", "vdi", "static=on", false, size));
            for (String more : List.of("", ",hwversion=6", ",zeroed_grain=on", ",compat6=on")) {
                shapes.add(shape("vmdk", "vmdk", "subformat=monolithicSparse" + more, true, size));
            }
            shapes.add(shape("vmdk", "vmdk", "subformat=streamOptimized", true, size));
            shapes.add(shape("parallels", "ploop", "cluster_size=64k", true, size));
            shapes.add(shape("parallels", "ploop", "cluster_size=1M", true, size));
        }
        return shapes;
    }

    private static Shape shape(
            String driver, String format, String options, boolean mapped, long size) {
        return new Shape(driver, format, options, mapped, size);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aConvertedImageReadsAsQemuReadsIt(Shape shape) throws IOException, InterruptedException {
        String raw = directory.resolve("guest.raw").toString();
        String image = directory.resolve("image").toString();
        String expected = directory.resolve("expected.raw").toString();
        writeGuest(Path.of(raw), shape.size(), new Random(SEED + shape.hashCode()));
        String driver = shape.driver();
        run("qemu-img", "convert", "-f", "raw", "-O", driver, "-o", shape.options(), raw, image);
        run("qemu-img", "convert", "-f", driver, "-O", "raw", image, expected);
        byte[] map = run("qemu-img", "map", "-f", driver, "--output=json", image);
        Warnings warnings = new Warnings();
        try (ByteSource container = FileSource.open(Path.of(image));
                ByteSource guest = FileSource.open(Path.of(expected))) {
            DiskImage opened = ImageFormats.open(container, warnings);
            assertThat(warnings.messages()).isEmpty();
            assertThat(opened.format()).isEqualTo(shape.format());
            assertThat(opened.complete()).isTrue();
            assertThat(opened.virtualSize()).isEqualTo(guest.length());
            assertThat(Guest.sha256(opened.disk())).isEqualTo(Guest.sha256(guest));
            Guest.assertSound(opened, container);
            if (shape.mapped()) {
                assertThat(Guest.runs(opened.disk())).isEqualTo(Guest.runsOf(Guest.parse(map)));
                assertThat(opened.plainMap())
                        .isEqualTo(
                                shape.options().contains("streamOptimized")
                                        ? ExtentMap.EMPTY
                                        : Guest.plainMapOf(Guest.parse(map)));
            }
        }
    }

    /** Runs of zeros and noise of any length, with edges anywhere. */
    private static void writeGuest(Path file, long size, Random random) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), size - 1);
            for (long at = 0; at < size; ) {
                int length = (int) Math.min(size - at, 1 + random.nextInt(1 << random.nextInt(21)));
                if (random.nextInt(3) == 0) {
                    byte[] content = new byte[length];
                    random.nextBytes(content);
                    channel.write(ByteBuffer.wrap(content), at);
                }
                at += length;
            }
        }
    }

    private byte[] run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    List.of(command) + " takes longer than " + TIMEOUT_SECONDS + " s");
        }
        assertThat(process.exitValue())
                .as("%s: %s", List.of(command), Files.readString(errors))
                .isZero();
        return Files.readAllBytes(output);
    }
}
