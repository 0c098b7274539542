package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.EncodedCluster;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeReader;
import mirage.pack.ChunkWriter;

import java.io.IOException;
import java.util.concurrent.ExecutorService;

/**
 * The recipe of a container whose disk is stored: where the disk lies in the container as it is it takes what the disk's
 * recipe has there, and where it lies encoded, what encodes that. No byte is stored again. What is left, tables and padding
 * and clusters that are not made again as they were, is cut as the rest of an upload is.
 */
final class AroundDisk {
    /** The disk is one content, placed by the image's map; each encoded cluster is one more. */
    private static final int DISK = 0;

    private static final int FIRST_CLUSTER = 1;

    private final ByteSource container;
    private final ZeroBlocks zeros;
    private final DiskImage image;
    private final RecipeReader disk;
    private final ClusterProof proof;

    /**
     * @param disk of the image, which can be read already
     */
    AroundDisk(
            ByteSource container,
            ZeroBlocks zeros,
            DiskImage image,
            RecipeReader disk,
            ClusterProof proof) {
        this.container = container;
        this.zeros = zeros;
        this.image = image;
        this.disk = disk;
        this.proof = proof;
    }

    /** Stores what is around the disk. The chunks still have to be committed. */
    Recipe store(
            ExecutorService workers, int workerCount, ChunkWriter chunks, MemoryPool.Share memory)
            throws IOException {
        ChunkingSink sink =
                new ChunkingSink(
                        container,
                        workers,
                        workerCount,
                        chunks,
                        new RecipeBuilder(chunks::put),
                        (_, _) -> {});
        try (MemoryPool.Part _ = memory.part()) {
            new Cutter(container, zeros, null, sink)
                    .cutRest(places(memory), extent -> storeExtent(extent, sink));
        }
        return sink.finish();
    }

    private void storeExtent(OwnedExtent extent, ChunkingSink sink) throws IOException {
        if (extent.owner() == DISK) {
            disk.forEachRun(extent.ownerOffset(), extent.length(), (_, run) -> sink.stored(run));
            return;
        }
        EncodedCluster cluster = image.encodedClusters().get(extent.owner() - FIRST_CLUSTER);
        int length = (int) extent.length();
        if (length == cluster.storedLength()) {
            sink.remade(extent.offset(), length, bytes -> proof.prove(cluster, bytes));
        } else {
            // Other clusters or the disk claim some of its bytes.
            sink.piece(extent.offset(), length, extent.owner(), false);
        }
    }

    /** By place in the container. What several claim belongs to the first of them. */
    private CutPlan places(MemoryPool.Share memory) throws IOException {
        CutPlan.Builder plan = new CutPlan.Builder(container.length(), memory);
        plan.addContent(DISK, image.plainMap(), image.virtualSize());
        int owner = FIRST_CLUSTER;
        for (EncodedCluster cluster : image.encodedClusters()) {
            if (cluster.storedLength() >= ImagePlan.LEAST_PIECE_BYTES) {
                plan.addContent(owner, cluster.place(), cluster.storedLength());
            }
            owner++;
        }
        return plan.build(new Warnings());
    }
}
