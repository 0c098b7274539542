package mirage.deploy;

import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.delta.DeltaPlan;
import mirage.library.ImageDeltas;
import mirage.library.ImageView;
import mirage.library.MirageLibrary;
import mirage.library.View;
import mirage.manifest.DiskView;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds out how much a delta would bring without making it. Where both views have recipes, these tell. A disk that is
 * only had through its format would have to be read for one; of disks the file tables tell how much of the files' content
 * both have, which is nearly as good.
 */
final class Estimator {
    /** Some 100 MiB of memory. */
    private static final int MAX_FILES = 1 << 20;

    private final MirageLibrary library;

    Estimator(MirageLibrary library) {
        this.library = library;
    }

    Estimate of(ImageView base, ImageManifest from, ImageView target, ImageManifest to)
            throws IOException {
        if (hasRecipe(base, from) && hasRecipe(target, to)) {
            DeltaPlan plan = library.deltas().plan(base, target);
            return new Estimate(plan.freshBytes(), plan.copiedBytes() + plan.freshBytes());
        }
        if (isDisk(base.view(), from) && isDisk(target.view(), to)) {
            return byFiles(from, to);
        }
        return Estimate.unknown(to.size());
    }

    private Estimate byFiles(ImageManifest from, ImageManifest to) throws IOException {
        Set<ChunkId> held = new HashSet<>();
        forEachContent(from, (content, _) -> held.add(content));
        long[] sums = new long[2];
        forEachContent(
                to,
                (content, size) -> {
                    sums[0] += held.contains(content) ? 0 : size;
                    sums[1] += size;
                });
        return new Estimate(sums[0], sums[1]);
    }

    @FunctionalInterface
    private interface ContentVisitor {
        void visit(ChunkId content, long size);
    }

    /** Each content once, as far as its size can be: that of a sparse file is what it claims. */
    private void forEachContent(ImageManifest image, ContentVisitor visitor) throws IOException {
        Set<ChunkId> seen = new HashSet<>();
        ChunkSource chunks = library.chunks();
        for (VolumeRecord volume : image.volumes()) {
            VolumeRecord.FileTable files = volume.files();
            if (files != null) {
                FileTableReader.forEach(
                        files,
                        chunks,
                        entry -> {
                            ChunkId content = entry.content();
                            if (content != null && seen.add(content)) {
                                visitor.visit(
                                        content,
                                        Math.min(entry.file().size(), image.virtualSize()));
                            }
                            return seen.size() < MAX_FILES;
                        });
            }
        }
    }

    private boolean hasRecipe(ImageView what, ImageManifest image) throws IOException {
        return what.view() == View.CONTAINER
                ? ImageDeltas.isOfChunksAlone(image, library.chunks())
                : !(image.disk() instanceof DiskView.ThroughFormat);
    }

    private static boolean isDisk(View view, ImageManifest image) {
        return view == View.DISK || image.disk() instanceof DiskView.SameAsContainer;
    }
}
