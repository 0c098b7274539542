package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Collects where a file with compressed extents lies: all that is stored of it, one extent behind the other in the order
 * of the file, and each once, however many parts of the file are made of it.
 */
final class BtrfsStoredForm {
    /** As many make a file of 128 GiB, and 16 MiB of set. */
    private static final int MAX_COMPRESSED = 1 << 20;

    private final BtrfsVolume volume;
    private final long end;
    private final FileMapping mapping;
    private final LongSet compressed = new LongSet();
    private int compressedCount;
    private long next;
    private @Nullable BtrfsExtent inline;

    private BtrfsStoredForm(BtrfsVolume volume, BtrfsInode inode) {
        this.volume = volume;
        this.end = inode.size();
        this.mapping = new FileMapping(volume, inode.number(), Long.MAX_VALUE, true);
    }

    static BtrfsStoredForm read(BtrfsVolume volume, BtrfsExtents extents, BtrfsInode inode)
            throws IOException {
        BtrfsStoredForm form = new BtrfsStoredForm(volume, inode);
        extents.read(inode, form::add, form.mapping::damage);
        return form;
    }

    private boolean add(BtrfsExtent extent) throws IOException {
        if (extent.at() >= end) {
            return false;
        }
        if (compressedCount > MAX_COMPRESSED) {
            mapping.damage("more than " + MAX_COMPRESSED + " compressed extents");
            return false;
        }
        switch (extent.kind()) {
            case INLINE -> inline = extent.requireFirst();
            case STORED -> addStored(extent);
            case HOLE -> {}
        }
        return true;
    }

    private void addStored(BtrfsExtent extent) throws IOException {
        volume.requireHeld(extent);
        long address = extent.address();
        long bytes = extent.storedBytes();
        if (extent.isPlain()) {
            address += extent.skipped();
            bytes = extent.length();
        } else if (compressed.add(address)) {
            compressedCount++;
        } else {
            return;
        }
        long count = bytes / volume.blockSize();
        mapping.add(next, count, address / volume.blockSize(), true);
        next += count;
    }

    Placement placement() throws FormatException {
        return mapping.build();
    }

    /** What of the file is in the tree, null when nothing is. */
    @Nullable BtrfsExtent inline() {
        return inline;
    }
}
