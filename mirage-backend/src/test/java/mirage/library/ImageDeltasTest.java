package mirage.library;

import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;
import mirage.delta.DeltaPlan;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

@Timeout(300)
final class ImageDeltasTest {
    @TempDir private Path directory;

    private static ImageView container(String name) {
        return new ImageView(new ImageId(name), View.CONTAINER);
    }

    private static ImageView disk(String name) {
        return new ImageView(new ImageId(name), View.DISK);
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED));
    }

    private byte[] make(byte[] base, byte[] target) throws IOException {
        try (MirageLibrary library = open()) {
            store(library, "base", base);
            store(library, "target", target);
            Path file = directory.resolve("delta");
            library.deltas().make(container("base"), container("target"), file);
            return Files.readAllBytes(file);
        }
    }

    static byte[] apply(byte[] delta, byte[] base) throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        Delta opened = Delta.open("delta", ByteSources.of(ByteBuffer.wrap(delta)));
        DeltaApplier.apply(
                opened,
                ByteSources.of(ByteBuffer.wrap(base)),
                new DeltaApplier.Target() {
                    @Override
                    public void write(ByteBuffer bytes) {
                        byte[] copy = new byte[bytes.remaining()];
                        bytes.get(copy);
                        made.writeBytes(copy);
                    }

                    @Override
                    public void zeros(long length) {
                        made.writeBytes(new byte[(int) length]);
                    }
                });
        return made.toByteArray();
    }

    /** Takes the long runs of the base by itself, in memory. */
    private static class SharingTarget implements DeltaApplier.Target {
        private final byte[] base;
        private final byte[] made;
        private int length;
        private long shared;

        SharingTarget(byte[] base, int length) {
            this.base = base.clone();
            this.made = new byte[length];
        }

        @Override
        public void write(ByteBuffer bytes) {
            int count = bytes.remaining();
            bytes.get(made, length, count);
            length += count;
        }

        @Override
        public void zeros(long count) {
            length += (int) count;
        }

        @Override
        public ByteSource share(long from, long count) {
            assertThat(from % 4096 + length % 4096 + count % 4096).isZero();
            System.arraycopy(base, (int) from, made, length, (int) count);
            ByteSource bytes = ByteSources.of(ByteBuffer.wrap(made, length, (int) count).slice());
            length += (int) count;
            shared += count;
            return bytes;
        }
    }

    private static void apply(byte[] delta, byte[] base, SharingTarget target) throws IOException {
        DeltaApplier.apply(
                Delta.open("delta", ByteSources.of(ByteBuffer.wrap(delta))),
                ByteSources.of(ByteBuffer.wrap(base)),
                target);
    }

    /** The runs begin anywhere: bytes at both ends are written, and those of other places than the base's too. */
    @Test
    void longRunsOfTheBaseMayBeShared() throws IOException {
        byte[] base = new byte[5_000_000];
        new Random(3).nextBytes(base);
        byte[] target = base.clone();
        Arrays.fill(target, 1_000_000, 1_070_001, (byte) 1);
        System.arraycopy(base, 2_000_003, target, 3_000_000, 500_000);
        byte[] delta = make(base, target);
        SharingTarget made = new SharingTarget(base, target.length);
        apply(delta, base, made);
        assertThat(made.made).isEqualTo(target);
        assertThat(made.length).isEqualTo(target.length);
        assertThat(made.shared).isBetween(3_500_000L, 4_930_000L);
    }

    @Test
    void whatWasSharedIsPartOfTheDigest() throws IOException {
        byte[] base = RandomDisks.disk(7, 3_000_000);
        byte[] delta = make(base, RandomDisks.changed(base, 7, 3));
        SharingTarget made = new SharingTarget(base, base.length);
        Arrays.fill(made.base, (byte) 1); // the file was written over since it was opened
        assertThatThrownBy(() -> apply(delta, base, made))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("target");
    }

    @Test
    void whatWasSharedAndCannotBeReadIsAFailure() throws IOException {
        byte[] base = RandomDisks.disk(7, 3_000_000);
        byte[] delta = make(base, RandomDisks.changed(base, 7, 3));
        SharingTarget made =
                new SharingTarget(base, base.length) {
                    @Override
                    public ByteSource share(long from, long count) {
                        super.share(from, count);
                        return new ByteSource() {
                            @Override
                            public long length() {
                                return count;
                            }

                            @Override
                            public int readAt(long position, ByteBuffer target) throws IOException {
                                throw new IOException("Input/output error");
                            }
                        };
                    }
                };
        assertThatThrownBy(() -> apply(delta, base, made))
                .isInstanceOf(IOException.class)
                .hasMessage("Input/output error");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aDeltaAndItsBaseMakeTheImage(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] base = RandomDisks.disk(seed, 1 + random.nextInt(6_000_000));
        byte[] target =
                seed % 3 == 0
                        ? RandomDisks.disk(seed + 100, 4_000_000)
                        : RandomDisks.changed(base, seed, 1 + random.nextInt(50));
        byte[] delta = make(base, target);
        assertThat(apply(delta, base)).isEqualTo(target);
        if (seed % 3 != 0) {
            assertThat(delta.length).isLessThan(target.length / 4 + 100_000);
        }
    }

    @Test
    void equalImagesTakeAnIndexOnly() throws IOException {
        byte[] disk = RandomDisks.disk(1, 9_000_000);
        byte[] delta = make(disk, disk);
        assertThat(delta.length).isLessThan(1_000);
        assertThat(apply(delta, disk)).isEqualTo(disk);
    }

    @Test
    void emptyImagesAreImages() throws IOException {
        byte[] delta = make(new byte[0], RandomDisks.disk(1, 100_000));
        assertThat(apply(delta, new byte[0])).isEqualTo(RandomDisks.disk(1, 100_000));
    }

    /** Of a file that changed in part only that part is brought, also when the file is elsewhere by now. */
    @Test
    void aNewVersionOfAFileIsSmall() throws IOException {
        byte[] program = new byte[900_000];
        new Random(5).nextBytes(program);
        Path before = Files.createDirectories(directory.resolve("before/usr/lib"));
        Files.write(before.resolve("libone.so.1.2"), program);
        byte[] base = Ext4Images.make(directory.resolve("before"), directory, 16);
        Path after = Files.createDirectories(directory.resolve("after/usr/lib"));
        Files.write(after.resolve("another"), new byte[1_000_000]);
        for (int at = 0; at < program.length; at += 20_000) {
            program[at] ^= 0x55;
        }
        Files.write(after.resolve("libone.so.1.3"), program);
        byte[] target = Ext4Images.make(directory.resolve("after"), directory, 16);
        byte[] delta = make(base, target);
        assertThat(apply(delta, base)).isEqualTo(target);
        assertThat(delta.length).isLessThan(60_000);
    }

    @Test
    void aPlanTellsWhatIsHeld() throws IOException {
        byte[] base = RandomDisks.disk(1, 3_000_000);
        byte[] target = RandomDisks.changed(base, 1, 3);
        try (MirageLibrary library = open()) {
            store(library, "base", base);
            store(library, "target", target);
            DeltaPlan plan = library.deltas().plan(container("base"), container("target"));
            assertThat(plan.freshBytes()).isBetween(1L, 600_000L);
            assertThat(plan.targetLength()).isEqualTo(target.length);
        }
    }

    /** The disk of a compressed image is held against those of others, whichever of them is the compressed one. */
    @ParameterizedTest
    @ValueSource(strings = {"base", "target", "both"})
    void disksOfCompressedImagesAreDisks(String compressed) throws Exception {
        byte[] program = new byte[900_000];
        new Random(5).nextBytes(program);
        Path tree = Files.createDirectories(directory.resolve("tree/usr/lib"));
        Files.write(tree.resolve("libone.so.1.2"), program);
        Files.writeString(tree.resolve("text"), "text\n".repeat(20_000));
        byte[] base = Ext4Images.make(directory.resolve("tree"), directory, 16);
        program[450_000] ^= 1;
        Files.write(tree.resolve("libone.so.1.2"), program);
        Files.writeString(tree.resolve("more"), "more\n".repeat(20_000));
        byte[] target = Ext4Images.make(directory.resolve("tree"), directory, 16);
        Path file = directory.resolve("delta");
        try (MirageLibrary library = open()) {
            store(library, "base", compressed.equals("target") ? base : qcow2(base, "-c"));
            store(library, "target", compressed.equals("base") ? target : qcow2(target, "-c"));
            library.deltas().make(disk("base"), disk("target"), file);
        }
        byte[] delta = Files.readAllBytes(file);
        assertThat(apply(delta, base)).isEqualTo(target);
        assertThat(delta.length).isLessThan(10_000);
    }

    /**
     * A host that holds the disk gets the container around a newer one: what is in both is copied, and what changed is
     * small, wherever the container has it. Also the other way, and between containers.
     */
    @ParameterizedTest
    @CsvSource({"DISK, CONTAINER", "CONTAINER, DISK", "CONTAINER, CONTAINER"})
    void containersAreMadeOfDisks(View from, View to) throws Exception {
        byte[] program = new byte[900_000];
        new Random(5).nextBytes(program);
        Path tree = Files.createDirectories(directory.resolve("tree/usr/lib"));
        Files.write(tree.resolve("libone.so.1.2"), program);
        byte[] base = Ext4Images.make(directory.resolve("tree"), directory, 16);
        byte[] baseContainer = qcow2(base);
        for (int at = 0; at < program.length; at += 20_000) {
            program[at] ^= 0x55;
        }
        Files.write(tree.resolve("libone.so.1.2"), program);
        Files.writeString(tree.resolve("another"), "more\n".repeat(20_000));
        byte[] target = Ext4Images.make(directory.resolve("tree"), directory, 16);
        byte[] targetContainer = qcow2(target);
        Path file = directory.resolve("delta");
        try (MirageLibrary library = open()) {
            store(library, "base", baseContainer);
            store(library, "target", targetContainer);
            library.deltas()
                    .make(
                            new ImageView(new ImageId("base"), from),
                            new ImageView(new ImageId("target"), to),
                            file);
        }
        byte[] delta = Files.readAllBytes(file);
        assertThat(apply(delta, from == View.DISK ? base : baseContainer))
                .isEqualTo(to == View.DISK ? target : targetContainer);
        assertThat(delta.length).isLessThan(40_000);
    }

    /** Containers that are made by encoders have no recipe of chunks: their bytes are cut for the delta. */
    @ParameterizedTest
    @CsvSource({"DISK, CONTAINER", "CONTAINER, DISK", "CONTAINER, CONTAINER"})
    void compressedContainersAreBasesAndTargets(View from, View to) throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree/usr/lib"));
        Files.writeString(tree.resolve("text"), "text and more of it\n".repeat(200_000));
        byte[] base = Ext4Images.make(directory.resolve("tree"), directory, 16);
        byte[] baseContainer = qcow2(base, "-c");
        Files.writeString(tree.resolve("another"), "more\n".repeat(20_000));
        byte[] target = Ext4Images.make(directory.resolve("tree"), directory, 16);
        byte[] targetContainer = qcow2(target, "-c");
        Path file = directory.resolve("delta");
        try (MirageLibrary library = open()) {
            store(library, "base", baseContainer);
            store(library, "target", targetContainer);
            library.deltas()
                    .make(
                            new ImageView(new ImageId("base"), from),
                            new ImageView(new ImageId("target"), to),
                            file);
        }
        assertThat(apply(Files.readAllBytes(file), from == View.DISK ? base : baseContainer))
                .isEqualTo(to == View.DISK ? target : targetContainer);
    }

    @Test
    void whatIsStoppedEnds() throws IOException {
        try (MirageLibrary library = open()) {
            store(library, "base", RandomDisks.disk(1, 1_000_000));
            store(library, "target", RandomDisks.disk(2, 1_000_000));
            try (FileChannel frames = newFile("frames");
                    FileChannel delta = newFile("delta")) {
                assertThatThrownBy(() ->
                                library.deltas()
                                        .make(
                                                container("base"),
                                                container("target"),
                                                frames,
                                                delta,
                                                () -> true))
                        .isInstanceOf(InterruptedIOException.class);
                assertThat(delta.size()).isZero();
            }
        }
    }

    private FileChannel newFile(String name) throws IOException {
        return FileChannel.open(
                directory.resolve(name),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Test
    void anImageWithoutADiskSaysSo() throws Exception {
        try (MirageLibrary library = open()) {
            store(library, "base", RandomDisks.disk(1, 100_000));
            byte[] damaged = qcow2(RandomDisks.disk(1, 1_000_000 / 512 * 512));
            damaged[7] = 99; // the version
            store(library, "target", damaged);
            assertThatThrownBy(() -> library.deltas().plan(disk("base"), disk("target")))
                    .isInstanceOfSatisfying(
                            NotDeployableException.class,
                            refused ->
                                    assertThat(refused.why())
                                            .isEqualTo(NotDeployableException.Why.OPAQUE));
            assertThat(library.deltas().plan(disk("base"), container("target")).targetLength())
                    .isEqualTo(damaged.length);
        }
    }

    private byte[] qcow2(byte[] disk, String... options) throws Exception {
        Path raw = Files.write(directory.resolve("disk.raw"), disk);
        Path image = directory.resolve("disk.qcow2");
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert"));
        command.addAll(List.of(options));
        command.addAll(List.of("-f", "raw", "-O", "qcow2", raw.toString(), image.toString()));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as("qemu-img").isZero();
        return Files.readAllBytes(image);
    }

    /** Every byte of a delta and every byte of a base that matters: never a wrong image. */
    @Test
    void damageIsFound() throws IOException {
        byte[] base = RandomDisks.disk(2, 400_000);
        byte[] target = RandomDisks.changed(base, 2, 10);
        byte[] delta = make(base, target);
        for (int at = 0; at < delta.length; at += 1 + at / 50) {
            byte[] damaged = delta.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            assertThatThrownBy(() -> apply(damaged, base))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class);
        }
        for (int length : new int[] {0, 10, 27, 28, delta.length - 1}) {
            assertThatThrownBy(() -> apply(Arrays.copyOf(delta, length), base))
                    .isInstanceOf(IOException.class);
        }
        byte[] longer = Arrays.copyOf(delta, delta.length + 1);
        assertThatThrownBy(() -> apply(longer, base)).isInstanceOf(IOException.class);
        byte[] otherBase = base.clone();
        int used = firstCopied(base, target);
        otherBase[used] ^= 1;
        assertThatThrownBy(() -> apply(delta, otherBase)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> apply(delta, Arrays.copyOf(base, base.length - 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("base");
    }

    /** A byte that both have, far from any change. */
    private static int firstCopied(byte[] base, byte[] target) {
        for (int at = 0; at < base.length - 8192; at += 4096) {
            if (base[at] != 0 && Arrays.equals(base, at, at + 8192, target, at, at + 8192)) {
                return at;
            }
        }
        throw new AssertionError("nothing is equal");
    }
}
