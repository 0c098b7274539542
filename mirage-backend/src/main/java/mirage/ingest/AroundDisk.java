package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkSource;
import mirage.image.DiskImage;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeReader;
import mirage.pack.ChunkWriter;

import java.io.IOException;
import java.util.concurrent.ExecutorService;

/**
 * The recipe of a container whose disk is stored: where the disk lies in the container it takes what the disk's recipe
 * has there, and no byte is stored again. What is left, tables and padding, is cut as the rest of an upload is.
 */
final class AroundDisk {
    /** The disk is one content, placed by the image's map. */
    private static final int DISK = 0;

    private final ByteSource container;
    private final ZeroBlocks zeros;
    private final DiskImage image;
    private final RecipeReader disk;

    /**
     * @param disk the recipe of the image's disk
     * @param chunks of that recipe, which can be read already
     */
    AroundDisk(
            ByteSource container,
            ZeroBlocks zeros,
            DiskImage image,
            Recipe disk,
            ChunkSource chunks) {
        this.container = container;
        this.zeros = zeros;
        this.image = image;
        this.disk = new RecipeReader(disk, chunks);
    }

    /** Stores what is around the disk. The chunks still have to be committed. */
    Recipe store(ExecutorService workers, int workerCount, ChunkWriter chunks) throws IOException {
        ChunkingSink sink =
                new ChunkingSink(
                        container,
                        workers,
                        workerCount,
                        chunks,
                        new RecipeBuilder(chunks::put),
                        (_, _) -> {});
        new Cutter(container, zeros, null, sink)
                .cutRest(
                        places(),
                        extent ->
                                disk.forEachRun(
                                        extent.ownerOffset(),
                                        extent.length(),
                                        (_, run) -> sink.stored(run)));
        return sink.finish();
    }

    /** By place in the container. What several places of the disk name belongs to the first of them. */
    private CutPlan places() {
        CutPlan.Builder plan = new CutPlan.Builder(container.length());
        plan.addContent(DISK, image.plainMap(), image.virtualSize());
        return plan.build(new Warnings());
    }
}
