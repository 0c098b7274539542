package mirage.library;

import static java.util.Objects.requireNonNull;

import mirage.catalog.ImageId;
import mirage.chunk.ChunkSource;
import mirage.codec.DataDigest;
import mirage.delta.DeltaMaker;
import mirage.delta.DeltaPlan;
import mirage.delta.DeltaPlanner;
import mirage.delta.Predecessors;
import mirage.ingest.DiskRecipe;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.Recipe;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/** Deltas between images of a library. */
public final class ImageDeltas {
    /** Of zstd. Measured in {@code docs/decisions/0018-deltas.md}: lower ones save little time, higher ones few bytes. */
    private static final int LEVEL = 9;

    private final MirageLibrary library;

    ImageDeltas(MirageLibrary library) {
        this.library = library;
    }

    /** How one image is made of another, and what that takes. */
    public record Made(DeltaPlan plan, DeltaMaker.Made bytes) {}

    /**
     * Plans a delta.
     *
     * @throws IOException when one of them is not taken apart yet, or its disk cannot be read
     */
    public DeltaPlan plan(ImageId base, ImageId target, View view) throws IOException {
        try (Sides sides = open(base, target, view)) {
            return sides.plan();
        }
    }

    /**
     * Makes a delta.
     *
     * @param file of the delta, which appears when it is complete; replaced if it exists
     */
    public Made make(ImageId base, ImageId target, View view, Path file) throws IOException {
        Path frames = file.resolveSibling(file.getFileName() + ".frames");
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (Sides sides = open(base, target, view);
                ImageContent bytes = library.open(base, view);
                FileChannel spool =
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
            DeltaPlan plan = sides.plan();
            DeltaMaker maker =
                    new DeltaMaker(bytes, sides.chunks, sides.predecessors(plan, view), LEVEL);
            Made made =
                    new Made(plan, maker.make(plan, digest(target, sides.to, view), spool, out));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            return made;
        } finally {
            Files.deleteIfExists(part);
            Files.deleteIfExists(frames);
        }
    }

    /** Two images, and their recipes over one source of chunks. */
    private final class Sides implements Closeable {
        private final ImageManifest from;
        private final ImageManifest to;
        private final Deque<ImageContent> opened = new ArrayDeque<>();
        private ChunkSource chunks = library.chunks();
        private @Nullable Recipe base;
        private @Nullable Recipe target;

        Sides(ImageManifest from, ImageManifest to) {
            this.from = from;
            this.to = to;
        }

        DeltaPlan plan() throws IOException {
            return DeltaPlanner.plan(requireNonNull(base), requireNonNull(target), chunks);
        }

        Predecessors predecessors(DeltaPlan plan, View view) throws IOException {
            return isDisk(from, view) && isDisk(to, view)
                    ? Predecessors.find(plan, from.volumes(), to.volumes(), library.chunks())
                    : Predecessors.none();
        }

        /** A recipe for a disk that has none, as much as possible of the chunks of another. */
        private Recipe cut(ImageId image, @Nullable Recipe like) throws IOException {
            ImageContent disk = library.open(image, View.DISK);
            opened.push(disk);
            DiskRecipe cut = DiskRecipe.of(disk, like, chunks);
            chunks = cut;
            return cut.recipe();
        }

        @Override
        public void close() throws IOException {
            while (!opened.isEmpty()) {
                opened.pop().close();
            }
        }
    }

    private Sides open(ImageId base, ImageId target, View view) throws IOException {
        Sides sides = new Sides(manifest(base), manifest(target));
        boolean complete = false;
        try {
            sides.base = stored(base, sides.from, view);
            sides.target = stored(target, sides.to, view);
            if (sides.base == null) {
                sides.base = sides.cut(base, sides.target);
            }
            if (sides.target == null) {
                sides.target = sides.cut(target, sides.base);
            }
            complete = true;
            return sides;
        } finally {
            if (!complete) {
                sides.close();
            }
        }
    }

    private ImageManifest manifest(ImageId image) throws IOException {
        ImageManifest manifest = library.manifest(image);
        if (manifest == null) {
            throw new IOException("image " + image + " is being taken apart, try again later");
        }
        return manifest;
    }

    private static boolean isDisk(ImageManifest manifest, View view) {
        return view == View.DISK || manifest.disk() instanceof DiskView.SameAsContainer;
    }

    /** The recipe of a view; null for a disk that is read through its format. */
    private static @Nullable Recipe stored(ImageId image, ImageManifest manifest, View view)
            throws IOException {
        if (view == View.CONTAINER) {
            return manifest.container();
        }
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ -> manifest.container();
            case DiskView.OwnRecipe own -> own.recipe();
            case DiskView.ThroughFormat _ -> null;
            case DiskView.Opaque _ ->
                    throw new IOException("the disk of image " + image + " cannot be read");
        };
    }

    private DataDigest digest(ImageId image, ImageManifest manifest, View view) throws IOException {
        DataDigest known = manifest.data();
        boolean isContainer =
                view == View.CONTAINER || manifest.disk() instanceof DiskView.SameAsContainer;
        if (known != null && isContainer) {
            return known;
        }
        try (ImageContent content = library.open(image, view)) {
            DataDigest.Stream digest = new DataDigest.Stream();
            content.transferTo(0, content.length(), new DigestChannel(digest));
            return digest.finish();
        }
    }

    /** Digests what is written. */
    private record DigestChannel(DataDigest.Stream digest) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
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
