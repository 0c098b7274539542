package mirage.glance.record;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an image's bytes.
 *
 * @param size in bytes
 * @param virtualSize size in bytes of the guest's disk, null when it is not known
 * @param isSettled false while the library may still find out more about the bytes
 * @param md5 in lower-case hexadecimal, null when it is not known: of bytes elsewhere that never came by here
 * @param hash null when it is not known
 */
public record ImageData(
        long size,
        @Nullable Long virtualSize,
        boolean isSettled,
        @Nullable String md5,
        @Nullable Hash hash) {
    public ImageData {
        if (size < 0 || (md5 != null && md5.length() != 32)) {
            throw new IllegalArgumentException("data of " + size + " bytes, md5 " + md5);
        }
    }

    /** Of bytes that were read. */
    public static ImageData digested(
            long size, @Nullable Long virtualSize, boolean isSettled, String md5, String sha512) {
        return new ImageData(size, virtualSize, isSettled, md5, new Hash("sha512", sha512));
    }

    /** Of bytes of which nobody has taken digests. */
    public static ImageData undigested(long size) {
        return new ImageData(size, null, true, null, null);
    }

    /** The same with another hash. */
    public ImageData withHash(Hash newHash) {
        return new ImageData(size, virtualSize, isSettled, md5, newHash);
    }

    /**
     * A digest of all bytes.
     *
     * @param algorithm such as {@code sha512}
     * @param value in lower-case hexadecimal
     */
    public record Hash(String algorithm, String value) {}
}
