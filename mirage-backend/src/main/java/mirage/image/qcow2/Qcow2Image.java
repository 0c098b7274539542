package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.block.MappedDisk;
import mirage.image.block.WholeMap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An open qcow2 image. */
final class Qcow2Image implements DiskImage {
    private final Qcow2Header header;
    private final ByteSource disk;
    private final ExtentMap plainMap;
    private final List<EncodedCluster> encodedClusters;
    private final boolean complete;

    private Qcow2Image(
            Qcow2Header header,
            ByteSource disk,
            ExtentMap plainMap,
            List<EncodedCluster> encodedClusters,
            boolean complete) {
        this.header = header;
        this.disk = disk;
        this.plainMap = plainMap;
        this.encodedClusters = encodedClusters;
        this.complete = complete;
    }

    static Qcow2Image open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        Qcow2Header header = Qcow2Header.read(container, warnings);
        if (header.dataFile() != null) {
            // All guest data is in the data file; the L2 tables place it there, not in this
            // container.
            return new Qcow2Image(
                    header,
                    ByteSources.zeros(header.diskBytes()),
                    ExtentMap.EMPTY,
                    List.of(),
                    false);
        }
        ClusterMap map = ClusterMap.open(container, header);
        WholeMap whole =
                WholeMap.walk(map, Qcow2Format.NAME, header.clusterBytes(), warnings, memory);
        return new Qcow2Image(
                header,
                new MappedDisk(
                        container,
                        map,
                        Qcow2Format.NAME,
                        (stored, clusterBytes, _) ->
                                header.compression().decode(stored, clusterBytes),
                        header.clusterBytes()),
                whole.plain(),
                whole.encoded(),
                !whole.broken());
    }

    @Override
    public String format() {
        return Qcow2Format.NAME;
    }

    @Override
    public long virtualSize() {
        return header.diskBytes();
    }

    @Override
    public ByteSource disk() {
        return disk;
    }

    @Override
    public ExtentMap plainMap() {
        return plainMap;
    }

    @Override
    public List<EncodedCluster> encodedClusters() {
        return encodedClusters;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public List<External> externals() {
        List<External> externals = new ArrayList<>();
        if (header.backingFile() != null) {
            externals.add(new External("backing file", header.backingFile()));
        }
        if (header.dataFile() != null) {
            externals.add(new External("data file", header.dataFile()));
        }
        return List.copyOf(externals);
    }
}
