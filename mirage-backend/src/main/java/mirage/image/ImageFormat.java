package mirage.image;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** One disk image format. Implementations are listed in {@link ImageFormats} and hold no state. */
public interface ImageFormat {
    /** As the Image API's {@code disk_format} writes it, or {@code container_format}: {@code raw}, {@code qcow2}, {@code ova}. */
    String name();

    /**
     * Opens an image of this format.
     *
     * @param container hostile bytes; stays open for as long as the image is used
     * @param warnings takes what is odd but does not hinder
     * @param memory for the map of the disk
     * @return null when the bytes do not claim to be of this format (its magic is absent)
     * @throws FormatException when they claim to and cannot be read: the image is opaque
     */
    @Nullable DiskImage open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException;
}
