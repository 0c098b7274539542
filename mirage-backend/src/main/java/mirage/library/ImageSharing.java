package mirage.library;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.chunk.ChunkId;
import mirage.manifest.DiskView;
import mirage.manifest.FactTable;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkStore;
import mirage.pack.StoreStatistics;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How an image stands to the others.
 *
 * @param chunks distinct chunks that it is made of, those of its recipes and tables included
 * @param chunkBytes of them, before compression
 * @param exclusiveChunks that no other image uses
 * @param exclusiveBytes of them, before compression
 * @param freedBytes about what deleting the image would free once the space is collected: its exclusive bytes at the
 *     store's overall compression
 */
public record ImageSharing(
        long chunks, long chunkBytes, long exclusiveChunks, long exclusiveBytes, long freedBytes) {

    static ImageSharing of(
            ImageManifest image,
            ImageId id,
            Catalog catalog,
            ManifestStore manifests,
            ChunkStore store)
            throws IOException {
        Map<ChunkId, Integer> own = new HashMap<>();
        collect(image, store, chunk -> own.putIfAbsent(chunk, length(chunk, store)));
        Set<ChunkId> exclusive = new HashSet<>(own.keySet());
        for (CatalogEntry entry : catalog.list()) {
            ManifestId manifest = entry.manifest();
            if (manifest != null && !entry.image().equals(id)) {
                collect(manifests.read(manifest), store, exclusive::remove);
            }
        }
        long exclusiveBytes = exclusive.stream().mapToLong(own::get).sum();
        StoreStatistics all = store.statistics();
        double compression =
                all.contentBytes() == 0 ? 1 : (double) all.packBytes() / all.contentBytes();
        return new ImageSharing(
                own.size(),
                own.values().stream().mapToLong(Integer::longValue).sum(),
                exclusive.size(),
                exclusiveBytes,
                Math.round(exclusiveBytes * compression));
    }

    private interface ChunkVisitor {
        void visit(ChunkId chunk) throws IOException;
    }

    private static void collect(ImageManifest image, ChunkStore store, ChunkVisitor visitor)
            throws IOException {
        collect(image.container(), store, visitor);
        if (image.disk() instanceof DiskView.OwnRecipe disk) {
            collect(disk.recipe(), store, visitor);
        }
        for (VolumeRecord volume : image.volumes()) {
            VolumeRecord.FileTable files = volume.files();
            if (files != null) {
                for (ChunkId block : files.blocks()) {
                    visitor.visit(block);
                }
            }
        }
        FactTable facts = image.facts();
        if (facts != null) {
            for (ChunkId block : facts.blocks()) {
                visitor.visit(block);
            }
        }
    }

    private static void collect(Recipe recipe, ChunkStore store, ChunkVisitor visitor)
            throws IOException {
        for (@Nullable ChunkId segment : recipe.segments()) {
            if (segment != null) {
                visitor.visit(segment);
            }
        }
        Set<ChunkId> named = new HashSet<>();
        new RecipeReader(recipe, store)
                .forEachRun(
                        0,
                        recipe.length(),
                        (_, run) -> run.forEachChunk(chunk -> named.add(chunk.id())));
        for (ChunkId chunk : named) {
            visitor.visit(chunk);
        }
    }

    private static int length(ChunkId chunk, ChunkStore store) throws IOException {
        return store.require(chunk).length();
    }
}
