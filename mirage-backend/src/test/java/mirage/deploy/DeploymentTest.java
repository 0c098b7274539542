package mirage.deploy;

import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.catalog.ImageId;
import mirage.chunk.ChunkId;
import mirage.codec.DataDigest;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;
import mirage.deploy.Deployment.Candidate;
import mirage.deploy.Deployment.Range;
import mirage.library.Ext4Images;
import mirage.library.ImageNotFoundException;
import mirage.library.ImageView;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.MirageLibrary;
import mirage.library.NotDeployableException;
import mirage.library.View;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

@Timeout(300)
final class DeploymentTest {
    private static final int DISK_BYTES = 40 << 20;

    @TempDir private Path directory;
    private MirageLibrary library;
    private Shelf shelf;
    private Deployment deployment;

    @BeforeEach
    void open() throws IOException {
        library = MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED));
        shelf =
                Shelf.open(
                        directory.resolve("shelf"),
                        ShelfSettings.of(1 << 30, 1),
                        Clock.systemUTC());
        deployment = new Deployment(library, shelf);
    }

    @AfterEach
    void close() throws IOException {
        shelf.close();
        library.close();
    }

    private static ImageView disk(String image) {
        return new ImageView(new ImageId(image), View.DISK);
    }

    private static ImageView container(String image) {
        return new ImageView(new ImageId(image), View.CONTAINER);
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[DISK_BYTES];
        new Random(seed).nextBytes(bytes);
        Arrays.fill(bytes, DISK_BYTES / 2, DISK_BYTES / 2 + (1 << 20), (byte) 0);
        return bytes;
    }

    private static byte[] changed(byte[] disk, int at) {
        byte[] changed = disk.clone();
        byte[] other = new byte[100_000];
        new Random(at).nextBytes(other);
        System.arraycopy(other, 0, changed, at, other.length);
        return changed;
    }

    private byte[] qcow2(byte[] disk, String... options) throws Exception {
        Path raw = Files.write(directory.resolve("disk.raw"), disk);
        Path image = directory.resolve("disk.qcow2");
        Process process =
                new ProcessBuilder(
                                Stream.of(
                                                Stream.of("qemu-img", "convert"),
                                                Stream.of(options),
                                                Stream.of("-f", "raw", "-O", "qcow2"),
                                                Stream.of(raw.toString(), image.toString()))
                                        .flatMap(part -> part)
                                        .toList())
                        .inheritIO()
                        .start();
        assertThat(process.waitFor()).as("qemu-img").isZero();
        return Files.readAllBytes(image);
    }

    private static byte[] apply(ByteSource delta, byte[] base) throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        DeltaApplier.apply(
                Delta.open("delta", delta),
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

    @Test
    void aDeltaLeadsFromOneImageToTheOther() throws Exception {
        byte[] base = random(1);
        byte[] target = changed(base, 70_000);
        store(library, "base", base);
        store(library, "target", qcow2(target));
        assertThat(deployment.describe(new ImageId("target")).diskData()).isNull();
        try (ShelvedFile delta = deployment.delta(disk("base"), disk("target"), false)) {
            assertThat(apply(delta, base)).isEqualTo(target);
            assertThat(delta.length()).isLessThan(400_000);
        }
        // Both views of a raw image are the same.
        try (ShelvedFile delta = deployment.delta(container("base"), disk("target"), false)) {
            assertThat(apply(delta, base)).isEqualTo(target);
        }
        assertThat(shelf.made()).isEqualTo(1);
        Deployment.Description image = deployment.describe(new ImageId("target"));
        assertThat(image.format()).isEqualTo("qcow2");
        assertThat(image.diskLength()).isEqualTo(DISK_BYTES);
        assertThat(image.diskData()).isEqualTo(digest(target));
    }

    @Test
    void aDamagedDeltaIsMadeAnewWhenTheAgentSaysSo() throws Exception {
        byte[] base = random(1);
        byte[] target = changed(base, 70_000);
        store(library, "base", base);
        store(library, "target", target);
        deployment.delta(disk("base"), disk("target"), false).close();
        Path file;
        try (Stream<Path> files = Files.list(directory.resolve("shelf"))) {
            file = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        // Old enough, by what its footer says.
        ShelfFooter footer =
                new ShelfFooter(
                        bytes.length - ShelfFooter.BYTES,
                        Instant.now().minusSeconds(3600),
                        "0".repeat(64));
        System.arraycopy(
                footer.encode().array(),
                0,
                bytes,
                bytes.length - ShelfFooter.BYTES,
                ShelfFooter.BYTES);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        try (ShelvedFile delta = deployment.delta(disk("base"), disk("target"), false)) {
            assertThatThrownBy(() -> apply(delta, base)).isInstanceOf(IOException.class);
        }
        try (ShelvedFile delta = deployment.delta(disk("base"), disk("target"), true)) {
            assertThat(apply(delta, base)).isEqualTo(target);
        }
    }

    @Test
    void theBestBasesComeFirst() throws Exception {
        byte[] far = random(1);
        byte[] near = random(2);
        store(library, "far", far);
        store(library, "near", near);
        store(library, "nearer", changed(near, 2_000_000));
        byte[] target = changed(near, 4_500_000);
        store(library, "target", target);
        List<ImageView> bases =
                List.of(disk("far"), disk("gone"), container("near"), disk("nearer"));
        List<Candidate> candidates = deployment.candidates(disk("target"), bases);
        assertThat(candidates)
                .extracting(Candidate::base)
                .containsExactly(container("near"), disk("nearer"));
        assertThat(candidates.getFirst().bytes()).isBetween(100_000L, 400_000L);
        assertThat(candidates).noneMatch(Candidate::ready);
        deployment.makeAhead(disk("nearer"), disk("target"));
        deployment.makeAhead(disk("far"), disk("target"));
        assertThat(shelf.made()).isEqualTo(1);
        assertThat(deployment.candidates(disk("target"), bases))
                .filteredOn(Candidate::ready)
                .extracting(Candidate::base)
                .containsExactly(disk("nearer"));
        // A host may hold the same bytes by another name.
        store(library, "same", target);
        assertThat(deployment.candidates(disk("target"), List.of(disk("same"))))
                .singleElement()
                .extracting(Candidate::bytes)
                .isEqualTo(0L);
    }

    @Test
    void imagesAlikeAreFound() throws Exception {
        byte[] base = random(1);
        store(library, "base", base);
        store(library, "child", changed(base, 70_000));
        store(library, "stranger", random(2));
        assertThat(deployment.alike(new ImageId("child"), 4)).containsExactly(new ImageId("base"));
        library.delete(new ImageId("base"));
        store(library, "other", changed(base, 9_000_000));
        assertThat(deployment.alike(new ImageId("child"), 4)).containsExactly(new ImageId("other"));
        assertThat(deployment.alike(new ImageId("stranger"), 4)).isEmpty();
    }

    /** A copy of a disk keeps the UUID of its file system, however it is packed. */
    @Test
    void imagesOfOneDescentAreFound() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve("file"), "text\n".repeat(20_000));
        byte[] disk = Ext4Images.make(tree, directory, 16);
        store(library, "base", qcow2(disk, "-c"));
        store(library, "child", disk);
        store(library, "stranger", random(2));
        assertThat(deployment.alike(new ImageId("child"), 4)).containsExactly(new ImageId("base"));
        assertThat(deployment.alike(new ImageId("base"), 4)).containsExactly(new ImageId("child"));
        assertThat(deployment.candidates(disk("child"), List.of(disk("base"))))
                .singleElement()
                .extracting(Candidate::bytes)
                .isEqualTo(0L);
    }

    @Test
    void aRecipeTellsWhatAnImageConsistsOf() throws Exception {
        byte[] disk = random(3);
        for (String kind : List.of("raw", "plain", "compressed")) {
            byte[] image =
                    switch (kind) {
                        case "raw" -> disk;
                        case "plain" -> qcow2(disk);
                        default -> qcow2(disk, "-c");
                    };
            store(library, kind, image);
            requireDescribes(disk, deployment.recipe(disk(kind), false));
            requireDescribes(image, deployment.recipe(container(kind), false));
        }
    }

    private static void requireDescribes(byte[] expected, ShelvedFile file) throws IOException {
        try (file) {
            RecipeFile read = RecipeFile.read("recipe", file, 1 << 20);
            Recipe recipe = read.recipe();
            assertThat(recipe.length()).isEqualTo(expected.length);
            long[] end = {0};
            new RecipeReader(recipe, read.segments())
                    .forEachRun(
                            0,
                            recipe.length(),
                            (offset, run) -> {
                                assertThat(offset).isEqualTo(end[0]);
                                end[0] += run.length();
                                ByteBuffer bytes =
                                        ByteBuffer.wrap(expected, (int) offset, (int) run.length());
                                switch (run) {
                                    case RecipeRun.Zero zero ->
                                            assertThat(bytes.slice())
                                                    .isEqualTo(
                                                            ByteBuffer.allocate(
                                                                    (int) zero.length()));
                                    case RecipeRun.Chunk(ChunkId id, int from, long length) -> {
                                        if (from == 0 && length == 65_536) {
                                            assertThat(ChunkId.of(bytes.slice())).isEqualTo(id);
                                        }
                                    }
                                    case RecipeRun.Encoded encoded ->
                                            throw new AssertionError("hosts get " + encoded);
                                }
                            });
            assertThat(end[0]).isEqualTo(expected.length);
        }
    }

    @Test
    void aDamagedRecipeIsRefused() throws Exception {
        store(library, "image", random(3));
        byte[] bytes;
        try (ShelvedFile file = deployment.recipe(disk("image"), false)) {
            ByteBuffer all = ByteBuffer.allocate((int) file.length());
            file.readFully(0, all);
            bytes = all.array();
        }
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            assertThatThrownBy(() -> RecipeFile.read("r", source(damaged), 1 << 20))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class);
        }
        for (int length = 0; length < bytes.length; length += 1 + length / 20) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> RecipeFile.read("r", source(cut), 1 << 20))
                    .as("cut to %d", length)
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> RecipeFile.read("r", source(bytes), 100))
                .isInstanceOf(IOException.class);
    }

    private static ByteSource source(byte[] bytes) {
        return ByteSources.of(ByteBuffer.wrap(bytes));
    }

    @Test
    void rangesComeInFrames() throws Exception {
        byte[] disk = random(4);
        store(library, "image", qcow2(disk, "-c"));
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        List<Range> ranges =
                List.of(
                        new Range(3_000_000, 1_500_000),
                        new Range(0, 1),
                        new Range(DISK_BYTES - 7, 7));
        deployment.writeRanges(disk("image"), ranges, Channels.newChannel(frames));
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ranges.forEach(range -> expected.write(disk, (int) range.offset(), (int) range.length()));
        byte[] sent = frames.toByteArray();
        assertThat(joined(sent)).isEqualTo(expected.toByteArray());
        for (int at = 0; at < sent.length; at += 1 + at / 20) {
            byte[] damaged = sent.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            assertThatThrownBy(() -> joined(damaged))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class);
            byte[] cut = Arrays.copyOf(sent, at);
            assertThatThrownBy(() -> joined(cut))
                    .as("cut to %d", at)
                    .isInstanceOf(EOFException.class);
        }
    }

    private static byte[] joined(byte[] frames) throws IOException {
        RangeFrames.Reader in = new RangeFrames.Reader("frames", new ByteArrayInputStream(frames));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuffer frame = in.next(); frame.hasRemaining(); frame = in.next()) {
            byte[] part = new byte[frame.remaining()];
            frame.get(part);
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    @Test
    void whatIsNotHereIsNotFound() {
        assertThatThrownBy(() -> deployment.describe(new ImageId("gone")))
                .isInstanceOf(ImageNotFoundException.class);
        assertThatThrownBy(() -> deployment.delta(disk("gone"), disk("gone"), false))
                .isInstanceOf(ImageNotFoundException.class);
    }

    private static DataDigest digest(byte[] bytes) {
        DataDigest.Stream stream = new DataDigest.Stream();
        stream.update(ByteBuffer.wrap(bytes));
        return stream.finish();
    }

    @Test
    void aMachineOfSeveralDisksHasNoDiskForHosts() throws IOException {
        byte[] ova = GoldenFiles.unpacked("ova/ustar-two-disks.ova");
        store(library, "machine", ova);
        store(library, "base", new byte[1 << 20]);
        Deployment.Description told = deployment.describe(new ImageId("machine"));
        assertThat(told.format()).isEqualTo("ova");
        assertThat(told.diskLength()).isNull();
        assertThat(deployment.length(container("machine"))).isEqualTo(ova.length);
        assertThatThrownBy(() -> deployment.length(disk("machine")))
                .isInstanceOfSatisfying(
                        NotDeployableException.class,
                        refused ->
                                assertThat(refused.why())
                                        .isEqualTo(NotDeployableException.Why.SEVERAL_DISKS));
        assertThatThrownBy(() -> deployment.delta(disk("base"), disk("machine"), false))
                .isInstanceOf(NotDeployableException.class);
        assertThat(deployment.candidates(disk("base"), List.of(disk("machine")))).isEmpty();
        assertThat(deployment.candidates(disk("base"), List.of(container("machine")))).isEmpty();
    }
}
