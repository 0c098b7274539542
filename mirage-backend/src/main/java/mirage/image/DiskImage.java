package mirage.image;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;

import java.util.List;

/**
 * A disk image, read only: the guest's disk, and where its content lies in the container. A backing file, data file or
 * extent file that the image names is never opened.
 */
public interface DiskImage {
    /** The {@link ImageFormat#name()} it was opened by. */
    String format();

    /** Size of the guest's disk in bytes. */
    long virtualSize();

    /**
     * What the guest sees, holes known by {@link ByteSource#runAt}. Closing it does not close the container. Ranges
     * that an unopened backing or data file would fill read as zeros; {@link #externals()} tells that there are any.
     */
    ByteSource disk();

    /**
     * Which disk ranges lie as they are in the container: disk offset to container offset. Encoded (compressed)
     * clusters, holes and metadata are not in it.
     */
    ExtentMap plainMap();

    /**
     * The container ranges that hold encoded guest data, ascending and without overlap: each is cut as a piece of its
     * own, so that equal encoded clusters are stored once.
     */
    List<EncodedCluster> encodedClusters();

    /** Files outside the image that it asks for; never opened. Empty for an image that stands alone. */
    List<External> externals();

    /** True when the guest's disk can be read from the container alone. */
    default boolean standsAlone() {
        return externals().isEmpty();
    }

    /**
     * An encoded cluster.
     *
     * @param containerOffset where its bytes begin
     * @param storedLength how many they are, at the most (formats round up to sectors)
     * @param diskOffset where its content lies on the guest's disk
     * @param length of its content in bytes
     */
    record EncodedCluster(long containerOffset, int storedLength, long diskOffset, int length) {}

    /**
     * A file outside the image.
     *
     * @param role such as {@code backing file} or {@code data file}
     * @param name as the image writes it; hostile text
     */
    record External(String role, String name) {}
}
