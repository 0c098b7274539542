package mirage.library;

import mirage.catalog.ImageId;
import mirage.delta.DeltaIndex.TargetDigest;
import mirage.delta.DeltaMaker;
import mirage.delta.DeltaPlan;
import mirage.delta.DeltaPlanner;
import mirage.delta.Predecessors;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.Recipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Deltas between images of a library. */
public final class ImageDeltas {
    /** Measured on the corpus: above it a delta takes twice the time for 3 % fewer bytes. */
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
     * @throws IOException when one of them is not taken apart yet, or its view is not made of chunks
     */
    public DeltaPlan plan(ImageId base, ImageId target, View view) throws IOException {
        return DeltaPlanner.plan(
                recipe(base, manifest(base), view),
                recipe(target, manifest(target), view),
                library.chunks());
    }

    /**
     * Makes a delta.
     *
     * @param file of the delta, which is replaced
     */
    public Made make(ImageId base, ImageId target, View view, Path file) throws IOException {
        ImageManifest from = manifest(base);
        ImageManifest to = manifest(target);
        DeltaPlan plan =
                DeltaPlanner.plan(
                        recipe(base, from, view), recipe(target, to, view), library.chunks());
        Predecessors predecessors =
                isDisk(from, view) && isDisk(to, view)
                        ? Predecessors.find(plan, from.volumes(), to.volumes(), library.chunks())
                        : Predecessors.none();
        Path frames = file.resolveSibling(file.getFileName() + ".frames");
        try (ImageContent bytes = library.open(base, view);
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
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            DeltaMaker maker = new DeltaMaker(bytes, library.chunks(), predecessors, LEVEL);
            return new Made(plan, maker.make(plan, digest(target, to, view), spool, out));
        } finally {
            Files.deleteIfExists(frames);
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

    private static Recipe recipe(ImageId image, ImageManifest manifest, View view)
            throws IOException {
        if (view == View.CONTAINER) {
            return manifest.container();
        }
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ -> manifest.container();
            case DiskView.OwnRecipe own -> own.recipe();
            case DiskView.ThroughFormat _ ->
                    throw new IOException(
                            "image "
                                    + image
                                    + " is compressed, its disk is not made of chunks: ask for its"
                                    + " container");
            case DiskView.Opaque _ ->
                    throw new IOException("the disk of image " + image + " cannot be read");
        };
    }

    private TargetDigest digest(ImageId image, ImageManifest manifest, View view)
            throws IOException {
        if (view == View.CONTAINER || manifest.disk() instanceof DiskView.SameAsContainer) {
            return new TargetDigest(manifest.digests().sha256());
        }
        try (ImageContent content = library.open(image, view);
                DigestChannel digest = new DigestChannel()) {
            content.transferTo(0, content.length(), digest);
            return new TargetDigest(digest.sha256());
        }
    }

    /** Takes the digest of what is written. */
    private static final class DigestChannel implements WritableByteChannel {
        private final MessageDigest digest;

        DigestChannel() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException(missing);
            }
        }

        String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            digest.update(bytes);
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
