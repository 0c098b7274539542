package mirage.glance.record;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an image's bytes.
 *
 * @param size in bytes
 * @param virtualSize size in bytes of the guest's disk, null when it is not known
 * @param isSettled false while the library may still find out more about the bytes
 * @param md5 in lower-case hexadecimal
 * @param sha512 in lower-case hexadecimal
 */
public record ImageData(
        long size, @Nullable Long virtualSize, boolean isSettled, String md5, String sha512) {
    public ImageData {
        if (size < 0 || md5.length() != 32 || sha512.length() != 128) {
            throw new IllegalArgumentException(
                    "data of " + size + " bytes, md5 " + md5 + ", sha512 " + sha512);
        }
    }
}
