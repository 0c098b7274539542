package mirage.ingest;

import mirage.image.DiskImage;
import mirage.layout.DiskLayout;

/** What the disk in a container may be, for it to be stored by itself: work follows what was uploaded, not what it claims. */
final class DiskBounds {
    /** A larger disk is read through its format: its recipe would be 4 million segments long. */
    private static final long MAX_DISK_RECIPE_BYTES = 16L << 40;

    /** Read of any disk, however small its container. */
    private static final long LEAST_BUDGET_BYTES = 2L << 30;

    private DiskBounds() {}

    /** How many bytes of a disk may not be zeros: a few KiB can name one place over and over. */
    static long mostDataBytes(long containerLength) {
        return LEAST_BUDGET_BYTES + 16 * Math.min(containerLength, Long.MAX_VALUE / 32);
    }

    /** Whether a disk can be stored for what its container costs. */
    static boolean mayHaveRecipe(DiskLayout layout, long containerLength) {
        DiskImage image = layout.image();
        return layout.diskReadable()
                && image.complete()
                && image.virtualSize() <= MAX_DISK_RECIPE_BYTES
                && image.plainMap().mappedBytes() <= containerLength;
    }
}
