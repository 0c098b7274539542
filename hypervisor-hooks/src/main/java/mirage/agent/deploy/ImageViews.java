package mirage.agent.deploy;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What there is of an image.
 *
 * @param container what was uploaded
 * @param disk what a guest sees, null when that cannot be read
 * @param near images that are likely to share much with it, the nearest first
 */
public record ImageViews(
        ImageId image, Container container, @Nullable Disk disk, List<ImageId> near) {
    private static final String RAW = "raw";

    public ImageViews {
        near = List.copyOf(near);
    }

    /**
     * What was uploaded.
     *
     * @param format as it was found, such as {@code qcow2}
     * @param length in bytes
     * @param sha256 in hexadecimal, lower case
     */
    public record Container(String format, long length, String sha256) {
        public Container {
            requireLength(length);
            requireSha256(sha256);
        }
    }

    /**
     * What a guest sees.
     *
     * @param length in bytes
     * @param sha256 in hexadecimal, lower case; null when it is not known yet
     */
    public record Disk(long length, @Nullable String sha256) {
        public Disk {
            requireLength(length);
            if (sha256 != null) {
                requireSha256(sha256);
            }
        }
    }

    /** Whether what was uploaded is what a guest sees. */
    public boolean isRaw() {
        return container.format().equals(RAW);
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

    /** SHA-256 of a view, null when it is not known. */
    public @Nullable String sha256Of(ImageView view) {
        if (view == ImageView.CONTAINER || isRaw()) {
            return container.sha256();
        }
        return disk == null ? null : disk.sha256();
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
