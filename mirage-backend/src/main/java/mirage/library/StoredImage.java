package mirage.library;

import mirage.catalog.ImageId;
import mirage.manifest.UploadDigests;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What the library knows of an image.
 *
 * @param id of the image
 * @param name a label for people
 * @param size of the uploaded bytes
 * @param format the disk format that was recognised, null when none was or the image is still being structured;
 *     {@code raw} is what has a known partition table or file system
 * @param virtualSize size in bytes of the guest's disk, null when {@code format} is null
 * @param digests of the uploaded bytes
 * @param state how far the library is with it
 * @param warnings what the inspectors found odd, for people
 */
public record StoredImage(
        ImageId id,
        String name,
        long size,
        @Nullable String format,
        @Nullable Long virtualSize,
        UploadDigests digests,
        State state,
        List<String> warnings) {

    /** How far the library is with an image. */
    public enum State {
        /** Durable as one file, served from there, waiting to be taken apart. */
        SPOOLED,
        /** Stored as chunks and a manifest. */
        STRUCTURED
    }
}
