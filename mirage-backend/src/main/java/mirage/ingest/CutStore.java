package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.facts.FactCollection;
import mirage.manifest.DiskView;
import mirage.manifest.FactTable;
import mirage.manifest.ImageManifest;
import mirage.manifest.PlaceSketch;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkStore;
import mirage.pack.ChunkWriter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Stores bytes that are cut along files: as chunks, the recipe of them, and what is known of the files. */
final class CutStore {
    private final ChunkStore chunks;
    private final EarlierImages earlierImages;
    private final ExecutorService workers;
    private final int workerCount;

    /** What became of the bytes. */
    record Cut(Recipe recipe, List<VolumeRecord> volumes, FactTable facts) {}

    /**
     * @param workers names pieces and digests files
     * @param workerCount how many threads they are
     */
    CutStore(
            ChunkStore chunks,
            EarlierImages earlierImages,
            ExecutorService workers,
            int workerCount) {
        this.chunks = chunks;
        this.earlierImages = earlierImages;
        this.workers = workers;
        this.workerCount = workerCount;
    }

    /**
     * Stores bytes; all that is given back is durable and can be read.
     *
     * @param sketch of the bytes, by which an image is found that has much at the same places
     * @param files that the plan is of
     */
    Cut store(
            ByteSource bytes,
            ZeroBlocks zeros,
            PlaceSketch sketch,
            CutPlan plan,
            FileTables files,
            FactCollection facts)
            throws IOException {
        try (ChunkWriter data = chunks.newWriter();
                ChunkWriter metadata = chunks.newMetadataWriter()) {
            ChunkingSink sink =
                    new ChunkingSink(
                            bytes,
                            workers,
                            workerCount,
                            data,
                            new RecipeBuilder(metadata::put),
                            (owner, sha256) -> nameFile(files, owner, sha256));
            new Cutter(bytes, zeros, mostAlike(sketch), sink)
                    .cut(
                            plan,
                            owner -> owner < files.contentCount() ? files.contentSize(owner) : -1);
            Recipe recipe = sink.finish();
            files.readTheRest(workers);
            List<VolumeRecord> volumes = files.finish(metadata::put);
            FactTable told = facts.finish(metadata::put);
            data.commit();
            metadata.commit();
            return new Cut(recipe, volumes, told);
        }
    }

    /** Encoded clusters are contents too, but no files: their numbers come after the files'. */
    private static void nameFile(FileTables files, int owner, ChunkId sha256) {
        if (owner < files.contentCount()) {
            files.name(owner, sha256);
        }
    }

    /** The sketch of an image is of what the recipe is of that places are compared in. */
    private @Nullable EarlierImage mostAlike(PlaceSketch sketch) {
        ImageManifest manifest = earlierImages.mostAlike(sketch);
        if (manifest == null) {
            return null;
        }
        Recipe places =
                manifest.disk() instanceof DiskView.OwnRecipe own
                        ? own.recipe()
                        : manifest.container();
        return new EarlierImage(places, chunks);
    }
}
