package mirage.ingest;

import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;

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
    private long left = MAX_SPLITS;
    private boolean warned;

    Placements(Warnings warnings) {
        this.warnings = warnings;
    }

    /** Nowhere, when too many pieces were made already: who owns them only matters for sharing. */
    ExtentMap place(ExtentMap content, ExtentMap below) {
        if (left < 0) {
            return ExtentMap.EMPTY;
        }
        int most = content.runCount() + (int) Math.min(left, MAX_SPLITS_EACH);
        ExtentMap placed = content.through(below, most);
        left -= placed == null ? most : Math.max(0, placed.runCount() - content.runCount());
        if (left < 0 || placed == null) {
            warn();
            return ExtentMap.EMPTY;
        }
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
