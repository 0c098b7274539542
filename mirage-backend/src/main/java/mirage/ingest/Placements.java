package mirage.ingest;

import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import java.io.InterruptedIOException;

/**
 * Where contents lie in a layer below the one that they are mapped to, with a bound on how many pieces they become.
 * Where that layer is in many pieces itself, such as a striped volume or a badly fragmented disk, each content over it
 * splits once for each of them; a hostile image can have thousands of contents over all of it.
 */
final class Placements {
    /** How many more extents pieces of the layers below may make of those of files. */
    private static final int MAX_SPLITS = 4 << 20;

    /** Of one content, whose map is made before it is known how long it is. */
    private static final int MAX_SPLITS_EACH = 1 << 20;

    private final Warnings warnings;
    private final MemoryPool.Share memory;
    private long left = MAX_SPLITS;
    private boolean warned;

    /** What the map that was given last takes. */
    private long taken;

    /**
     * @param memory of the image, for one map at a time
     */
    Placements(Warnings warnings, MemoryPool.Share memory) {
        this.warnings = warnings;
        this.memory = memory;
    }

    /**
     * Where a content lies: nowhere, when too many pieces were made already, as who owns them only matters for sharing.
     *
     * @return for use until the next one is asked for
     */
    ExtentMap place(ExtentMap content, ExtentMap below) throws InterruptedIOException {
        memory.giveBack(taken);
        taken = 0;
        if (left < 0) {
            return ExtentMap.EMPTY;
        }
        int most = content.runCount() + (int) Math.min(left, MAX_SPLITS_EACH);
        ExtentMap placed = content.through(below, most, memory);
        left -= placed == null ? most : Math.max(0, placed.runCount() - content.runCount());
        if (left < 0 || placed == null) {
            warn();
            return ExtentMap.EMPTY;
        }
        taken = placed.bytesThrough();
        return placed;
    }

    private void warn() {
        if (!warned) {
            warned = true;
            warnings.add(
                    "files in many pieces of a striped volume or a fragmented disk are stored without regard to"
                            + " files");
        }
    }
}
