package mirage.agent.deploy;

import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What there is of an image.
 *
 * @param container what was uploaded
 * @param disk what a guest sees, null when that cannot be read; also of a disk that is packed, in an archive or by
 *     compression: Nova takes such bytes for what they are, and gets no other ones in their place
 * @param near images that are likely to share much with it, the nearest first
 */
public record ImageViews(
        ImageId image, Container container, @Nullable Disk disk, List<ImageId> near) {
    private static final String RAW = "raw";
    private static final String ARCHIVE = "ova";

    public ImageViews {
        near = List.copyOf(near);
        disk = container.isPacked() ? null : disk;
    }

    /**
     * What was uploaded.
     *
     * @param format as it was found, such as {@code qcow2}; {@code gzip+qcow2} when it is compressed as a whole
     * @param length in bytes
     * @param sha256 of all its bytes, in hexadecimal, lower case
     * @param digest of its data, null when it is not known
     */
    public record Container(
            String format, long length, String sha256, @Nullable DataDigest digest) {
        public Container {
            requireLength(length);
            requireSha256(sha256);
        }

        private boolean isPacked() {
            return format.indexOf('+') >= 0 || format.equals(ARCHIVE);
        }
    }

    /**
     * What a guest sees.
     *
     * @param length in bytes
     * @param digest of its data, null when it is not known yet
     */
    public record Disk(long length, @Nullable DataDigest digest) {
        public Disk {
            requireLength(length);
        }
    }

    /** Whether what was uploaded is what a guest sees, under whatever format it was found as. */
    public boolean isRaw() {
        return container.format().equals(RAW)
                || disk != null
                        && disk.length() == container.length()
                        && disk.digest() != null
                        && disk.digest().equals(container.digest());
    }

    /** The view that has the bytes of the one asked for: of a raw image there is only the disk. */
    public ImageView same(ImageView view) {
        return isRaw() ? ImageView.DISK : view;
    }

    /** Length of a view in bytes, null when there is no such view. */
    public @Nullable Long lengthOf(ImageView view) {
        if (view == ImageView.CONTAINER || isRaw()) {
            return container.length();
        }
        return disk == null ? null : disk.length();
    }

    /** Digest of a view's data, null when it is not known. */
    public @Nullable DataDigest digestOf(ImageView view) {
        if (view == ImageView.CONTAINER || isRaw()) {
            return container.digest();
        }
        return disk == null ? null : disk.digest();
    }

    private static void requireLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length);
        }
    }

    private static void requireSha256(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("SHA-256 " + sha256);
        }
    }
}
