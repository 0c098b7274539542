package mirage.image;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.NamedExtent;

import java.util.List;

/**
 * A disk image, read only: the guest's disk, and where its content lies in the container. A backing file, data file or
 * extent file that the image names is never opened.
 */
public interface DiskImage {
    /**
     * The {@link ImageFormat#name()} it was opened by; of an {@link Recognition#OPAQUE} image, the one that its magic
     * claims.
     */
    String format();

    /** What {@link #format()} rests on. */
    default Recognition recognition() {
        return Recognition.RECOGNISED;
    }

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
     * own, so that equal encoded clusters are stored once. Where stored ranges overlap, as they may when formats round
     * up to sectors, the first ends where the next begins; of several that begin at the same byte one is listed. So
     * this tells where to cut; what the guest reads is for {@link #disk()} to say.
     */
    List<EncodedCluster> encodedClusters();

    /** Files outside the image that it asks for; never opened. Empty for an image that stands alone. */
    List<External> externals();

    /** Whether every range of the disk can be read; false when {@link #disk()} refuses some of them as damaged. */
    default boolean complete() {
        return true;
    }

    /**
     * Where the image holds several disks, or one of several, and {@link #disk()} is no disk that a guest would see: the
     * parts of it that are, ascending, with the names that tell them apart. Empty of any other image.
     */
    default List<NamedExtent> parts() {
        return List.of();
    }

    /** What an image was recognised by. */
    enum Recognition {
        /** By the magic and the structures of its format. */
        RECOGNISED,
        /** No known format has its magic here: the disk is the container, byte for byte. */
        RAW,
        /**
         * It has the magic of a format and cannot be read as such. Its disk is not known; what {@link #disk()} and
         * {@link #plainMap()} show are the container's own bytes.
         */
        OPAQUE
    }

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
     * @param length of its decoded content in bytes; that of a disk's last cluster may reach past the disk's end
     */
    record EncodedCluster(long containerOffset, int storedLength, long diskOffset, int length) {
        /** Its stored bytes as a map: place in them to place in the container. */
        public ExtentMap place() {
            return new ExtentMap.Builder().add(0, storedLength, containerOffset).build();
        }
    }

    /**
     * A file outside the image.
     *
     * @param role such as {@code backing file} or {@code data file}
     * @param name as the image writes it; hostile text
     */
    record External(String role, String name) {}
}
