package mirage.library;

import static java.util.Objects.requireNonNull;

import mirage.catalog.ImageId;
import mirage.chunk.ChunkSource;
import mirage.codec.DataDigest;
import mirage.delta.DeltaMaker;
import mirage.delta.DeltaPlan;
import mirage.delta.DeltaPlanner;
import mirage.delta.DiskPlaces;
import mirage.delta.Predecessors;
import mirage.ingest.DiskRecipe;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** Deltas between views of a library's images. */
public final class ImageDeltas {
    /** Of zstd. Measured in {@code docs/decisions/0018-deltas.md}: lower ones save little time, higher ones few bytes. */
    private static final int LEVEL = 9;

    private static final BooleanSupplier NEVER = () -> false;

    private final MirageLibrary library;

    ImageDeltas(MirageLibrary library) {
        this.library = library;
    }

    /** How one image is made of another, and what that takes. */
    public record Made(DeltaPlan plan, DeltaMaker.Made bytes) {}

    /**
     * Plans a delta.
     *
     * @throws ImageNotFoundException when one of them is not here
     * @throws NotDeployableException when one of them is not taken apart yet, or its disk cannot be read
     */
    public DeltaPlan plan(ImageView base, ImageView target) throws IOException {
        try (Sides sides = open(base, target, NEVER)) {
            return sides.plan();
        }
    }

    /**
     * Makes a delta.
     *
     * @param file of the delta, which appears when it is complete; replaced if it exists
     */
    public Made make(ImageView base, ImageView target, Path file) throws IOException {
        Path frames = file.resolveSibling(file.getFileName() + ".frames");
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel spool =
                        FileChannel.open(
                                frames,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE);
                FileChannel out =
                        FileChannel.open(
                                part,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            Made made = make(base, target, spool, out, NEVER);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            return made;
        } finally {
            Files.deleteIfExists(part);
            Files.deleteIfExists(frames);
        }
    }

    /**
     * Makes a delta.
     *
     * @param frames an empty file for what is to come behind the delta's index
     * @param out the delta; stays open
     * @param stopped asked from time to time, on this thread; when it is true the making ends with an
     *     {@link InterruptedIOException}
     */
    public Made make(
            ImageView base,
            ImageView target,
            FileChannel frames,
            WritableByteChannel out,
            BooleanSupplier stopped)
            throws IOException {
        try (Sides sides = open(base, target, stopped);
                ImageContent bytes = library.open(base.image(), base.view())) {
            DeltaPlan plan = sides.plan();
            DeltaMaker maker = new DeltaMaker(bytes, sides.chunks, sides.predecessors(plan), LEVEL);
            DataDigest digest = digest(target, sides.to.manifest, stopped);
            return new Made(plan, maker.make(plan, digest, frames, out));
        }
    }

    /** What a delta leads from, or to. */
    private static final class Side {
        private final ImageView what;
        private final ImageManifest manifest;
        private @Nullable Recipe recipe;

        Side(ImageView what, ImageManifest manifest, ChunkSource chunks) throws IOException {
            this.what = what;
            this.manifest = manifest;
            this.recipe = stored(what, manifest, chunks);
        }

        DiskPlaces places(ChunkSource chunks) throws IOException {
            if (isDisk(what, manifest)) {
                return DiskPlaces.disk(manifest.volumes(), requireNonNull(recipe).length());
            }
            return manifest.disk() instanceof DiskView.OwnRecipe(Recipe disk)
                    ? DiskPlaces.in(manifest.container(), disk, manifest.volumes(), chunks)
                    : DiskPlaces.unknown();
        }
    }

    /** Both of them, and their recipes over one source of chunks. */
    private final class Sides implements Closeable {
        private final Side from;
        private final Side to;
        private final Deque<ImageContent> opened = new ArrayDeque<>();
        private ChunkSource chunks;

        Sides(Side from, Side to, BooleanSupplier stopped) {
            this.from = from;
            this.to = to;
            ChunkSource stored = library.chunks();
            this.chunks =
                    id -> {
                        requireGoingOn(stopped);
                        return stored.read(id);
                    };
        }

        DeltaPlan plan() throws IOException {
            return DeltaPlanner.plan(
                    requireNonNull(from.recipe), requireNonNull(to.recipe), chunks);
        }

        Predecessors predecessors(DeltaPlan plan) throws IOException {
            return Predecessors.find(plan, from.places(chunks), to.places(chunks), chunks);
        }

        /** Gives a view that has none a recipe, as much as possible of the chunks of the other one. */
        private void cut(Side side, @Nullable Recipe like) throws IOException {
            if (side.recipe == null) {
                ImageContent disk = library.open(side.what.image(), side.what.view());
                opened.push(disk);
                DiskRecipe cut = DiskRecipe.of(disk, like, chunks);
                chunks = cut;
                side.recipe = cut.recipe();
            }
        }

        @Override
        public void close() throws IOException {
            while (!opened.isEmpty()) {
                opened.pop().close();
            }
        }
    }

    private Sides open(ImageView base, ImageView target, BooleanSupplier stopped)
            throws IOException {
        Side from = new Side(base, manifest(library, base.image()), library.chunks());
        Side to = new Side(target, manifest(library, target.image()), library.chunks());
        Sides sides = new Sides(from, to, stopped);
        boolean complete = false;
        try {
            sides.cut(from, to.recipe);
            sides.cut(to, from.recipe);
            complete = true;
            return sides;
        } finally {
            if (!complete) {
                sides.close();
            }
        }
    }

    static ImageManifest manifest(MirageLibrary library, ImageId image) throws IOException {
        ImageManifest manifest = library.manifest(image);
        if (manifest == null) {
            throw new NotDeployableException(
                    image, "is being taken apart, try again later", NotDeployableException.Why.YET);
        }
        return manifest;
    }

    /** Whether a view is the disk, by whatever name. */
    private static boolean isDisk(ImageView what, ImageManifest manifest) {
        return what.view() == View.DISK || manifest.disk() instanceof DiskView.SameAsContainer;
    }

    /**
     * The recipe of a view, made of chunks alone; null for a disk that is read through its format, and for a container with
     * encoded runs: hosts have no encoders.
     */
    static @Nullable Recipe stored(ImageView what, ImageManifest manifest, ChunkSource chunks)
            throws IOException {
        if (what.view() == View.CONTAINER) {
            return isOfChunksAlone(manifest, chunks) ? manifest.container() : null;
        }
        if (!manifest.hasOneDisk()) {
            throw new NotDeployableException(
                    what.image(), "is of several disks", NotDeployableException.Why.SEVERAL_DISKS);
        }
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ -> manifest.container();
            case DiskView.OwnRecipe own -> own.recipe();
            case DiskView.ThroughFormat _ -> null;
            case DiskView.Opaque _ ->
                    throw new NotDeployableException(
                            what.image(),
                            "has a disk that cannot be read",
                            NotDeployableException.Why.OPAQUE);
        };
    }

    /** Whether the recipe of the container has no encoded runs. */
    public static boolean isOfChunksAlone(ImageManifest manifest, ChunkSource chunks)
            throws IOException {
        return !(manifest.disk() instanceof DiskView.OwnRecipe)
                || !new RecipeReader(manifest.container(), chunks).hasEncoded();
    }

    private DataDigest digest(ImageView what, ImageManifest manifest, BooleanSupplier stopped)
            throws IOException {
        DataDigest known = manifest.data();
        boolean isContainer =
                what.view() == View.CONTAINER
                        || manifest.disk() instanceof DiskView.SameAsContainer;
        if (known != null && isContainer) {
            return known;
        }
        try (ImageContent content = library.open(what.image(), what.view())) {
            DataDigest.Stream digest = new DataDigest.Stream();
            content.transferTo(0, content.length(), new DigestChannel(digest, stopped));
            return digest.finish();
        }
    }

    private static void requireGoingOn(BooleanSupplier stopped) throws InterruptedIOException {
        if (stopped.getAsBoolean()) {
            throw new InterruptedIOException("stopped");
        }
    }

    /** Digests what is written. */
    private record DigestChannel(DataDigest.Stream digest, BooleanSupplier stopped)
            implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            requireGoingOn(stopped);
            int count = bytes.remaining();
            digest.update(bytes);
            bytes.position(bytes.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
