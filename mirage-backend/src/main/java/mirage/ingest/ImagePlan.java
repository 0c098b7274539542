package mirage.ingest;

import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.layout.DiskLayout;
import mirage.layout.VolumeLayout;

import java.io.IOException;
import java.util.List;

/** Makes the plan of an image of its layout and its files, which are walked for it. */
final class ImagePlan {
    /** Encoded clusters below this are left to the rest: a hostile image can have millions of a byte each. */
    static final int LEAST_PIECE_BYTES = 256;

    private ImagePlan() {}

    /** Which bytes of a container belong to which file, or are an encoded cluster, or mean nothing to us. */
    static CutPlan asItLies(
            DiskLayout layout,
            FileTables files,
            long containerLength,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        DiskImage image = layout.image();
        return plan(
                layout,
                image.plainMap(),
                image.encodedClusters(),
                files,
                containerLength,
                warnings,
                memory);
    }

    /** The same of the disk in a container, as if it had been uploaded raw. */
    static CutPlan ofDisk(
            DiskLayout layout, FileTables files, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        long length = layout.image().virtualSize();
        return plan(layout, ExtentMap.identity(length), List.of(), files, length, warnings, memory);
    }

    /**
     * @param places of the disk in what is cut: the container, or the disk itself
     * @param clusters that lie encoded in what is cut
     * @param length of what is cut
     * @param memory of the image
     */
    private static CutPlan plan(
            DiskLayout layout,
            ExtentMap places,
            List<DiskImage.EncodedCluster> clusters,
            FileTables files,
            long length,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        CutPlan.Builder plan = new CutPlan.Builder(length, memory);
        Placements inPlaces = new Placements(warnings, memory);
        for (VolumeLayout volume : layout.volumes()) {
            files.add(
                    volume,
                    (owner, onDisk, size) ->
                            plan.addContent(owner, inPlaces.place(onDisk, places), size));
        }
        for (Extent range : notUnderstood(layout.volumes(), memory)) {
            addOpaque(range, places, plan);
        }
        if (!layout.understood() && length > 0) {
            plan.addOpaque(new Extent(0, length));
        }
        int owner = files.contentCount();
        for (DiskImage.EncodedCluster cluster : clusters) {
            if (cluster.storedLength() < LEAST_PIECE_BYTES) {
                continue;
            }
            plan.addContent(owner++, cluster.place(), cluster.storedLength());
        }
        return plan.build(warnings);
    }

    /** Adds where a range of the disk lies: it may be in millions of pieces. */
    private static void addOpaque(Extent range, ExtentMap places, CutPlan.Builder plan)
            throws IOException {
        for (int i = places.firstRunEndingAfter(range.offset()); i < places.runCount(); i++) {
            ExtentMap.Run run = places.run(i);
            if (run.offset() >= range.end()) {
                return;
            }
            long from = Math.max(run.offset(), range.offset());
            long to = Math.min(run.end(), range.end());
            plan.addOpaque(new Extent(run.target() + from - run.offset(), to - from));
        }
    }

    /**
     * Ranges of the disk that belong to volumes and to no file system. A volume that others are made of covers theirs, so
     * that those with a file system are taken out.
     */
    private static List<Extent> notUnderstood(List<VolumeLayout> volumes, MemoryPool.Share memory)
            throws IOException {
        RangeUnion understood = new RangeUnion(memory);
        RangeUnion others = new RangeUnion(memory);
        for (VolumeLayout volume : volumes) {
            (volume.fileSystem() == null ? others : understood).add(volume.volume().map());
        }
        return others.without(understood);
    }
}
