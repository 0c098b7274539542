package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;

import java.io.IOException;

/** Reads the extents of files, in the order of the file. */
final class BtrfsExtents {
    private final BtrfsVolume volume;

    /** Takes the extents of one file. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param extent begins at or behind the end of the one before
         * @return false to see no more
         * @throws FormatException to leave it out
         */
        boolean visit(BtrfsExtent extent) throws IOException;
    }

    /** Takes what is wrong, and left out. */
    @FunctionalInterface
    interface Damage {
        void note(String what) throws FormatException;
    }

    BtrfsExtents(BtrfsVolume volume) {
        this.volume = volume;
    }

    /** Shows all extents of a file that make sense. */
    void read(BtrfsInode inode, Visitor visitor, Damage damage) throws IOException {
        BtrfsCursor cursor = new BtrfsCursor(volume.nodes(), inode.root());
        cursor.seek(inode.objectId(), BtrfsKey.EXTENT_DATA);
        long end = 0;
        while (cursor.next()) {
            try {
                BtrfsExtent extent =
                        BtrfsExtent.parse(cursor.key().offset(), cursor.item("extent"));
                if (extent.at() < end) {
                    damage.note("the extent at " + extent.at() + " overlaps one up to " + end);
                    continue;
                }
                requireAligned(extent);
                end = extent.at() + extent.length();
                if (!visitor.visit(extent)) {
                    return;
                }
            } catch (FormatException e) {
                damage.note(String.valueOf(e.getMessage()));
            }
        }
        if (cursor.isDamaged()) {
            damage.note("extents may be missing");
        }
    }

    private void requireAligned(BtrfsExtent extent) throws FormatException {
        int sector = volume.blockSize();
        boolean isAligned =
                extent.at() % sector == 0
                        && (extent.kind() == BtrfsExtent.Kind.INLINE
                                || extent.length() % sector == 0
                                        && extent.address() % sector == 0
                                        && extent.storedBytes() % sector == 0
                                        && extent.skipped() % sector == 0);
        if (!isAligned) {
            throw new FormatException(
                    "the extent at " + extent.at() + " does not consist of sectors of " + sector);
        }
    }
}
