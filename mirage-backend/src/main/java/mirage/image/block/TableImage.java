package mirage.image.block;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MappedSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;

import java.io.IOException;
import java.util.List;

/**
 * An open image whose disk is placed in the container by tables, as one run, or not at all.
 *
 * @param format as the Image API's {@code disk_format} writes it
 */
public record TableImage(
        String format,
        ByteSource disk,
        ExtentMap plainMap,
        List<EncodedCluster> encodedClusters,
        List<External> externals,
        boolean complete)
        implements DiskImage {

    /** A disk without encoded clusters. */
    public static TableImage mapped(
            String format,
            ByteSource container,
            DiskMap map,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        WholeMap whole = WholeMap.walk(map, format, 1, warnings, memory);
        return new TableImage(
                format,
                new MappedDisk(container, map, format),
                whole.plain(),
                List.of(),
                List.of(),
                !whole.broken());
    }

    /** A disk with encoded clusters of {@code clusterBytes} each. */
    public static TableImage encoded(
            String format,
            ByteSource container,
            DiskMap map,
            MappedDisk.Decoder decoder,
            int clusterBytes,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        WholeMap whole = WholeMap.walk(map, format, clusterBytes, warnings, memory);
        return new TableImage(
                format,
                new MappedDisk(container, map, format, decoder, clusterBytes),
                whole.plain(),
                whole.encoded(),
                List.of(),
                !whole.broken());
    }

    /** The same image, which asks for other files. */
    public TableImage asking(List<External> others) {
        return new TableImage(
                format, disk, plainMap, encodedClusters, List.copyOf(others), complete);
    }

    /** A disk that lies in the container as one run; holes of the container are holes of the disk. */
    public static TableImage run(String format, ByteSource container, long offset, long length) {
        ExtentMap plain =
                length == 0
                        ? ExtentMap.EMPTY
                        : new ExtentMap.Builder().add(0, length, offset).build();
        return new TableImage(
                format,
                new MappedSource(container, plain, length),
                plain,
                List.of(),
                List.of(),
                true);
    }

    /** A disk that lies in other files, wholly or where this one has nothing: it is not read at all. */
    public static TableImage elsewhere(String format, long diskBytes, List<External> externals) {
        return new TableImage(
                format,
                ByteSources.zeros(diskBytes),
                ExtentMap.EMPTY,
                List.of(),
                List.copyOf(externals),
                false);
    }

    @Override
    public long virtualSize() {
        return disk.length();
    }
}
