package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * What all readers of one walk share, with what they need to know of this file system. A <em>block</em> is a logical
 * address in sectors, which the chunks give a place.
 */
final class BtrfsVolume extends VolumeReader {
    private final BtrfsSuperblock superblock;
    private final BtrfsChunks chunks;
    private final BtrfsNodes nodes;

    private BtrfsVolume(
            ByteSource source, BtrfsSuperblock superblock, Warnings warnings, WorkBudget budget) {
        super("btrfs", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.superblock = superblock;
        this.chunks = new BtrfsChunks(source, superblock.device());
        this.nodes = new BtrfsNodes(this);
    }

    /**
     * Reads the chunks: those in the superblock, by which their tree is found, and then all of them.
     *
     * @throws FormatException when the superblock names none that make sense
     */
    static BtrfsVolume open(
            ByteSource source, BtrfsSuperblock superblock, Warnings warnings, WorkBudget budget)
            throws IOException {
        BtrfsVolume volume = new BtrfsVolume(source, superblock, warnings, budget);
        volume.readSystemChunks();
        volume.readChunkTree();
        return volume;
    }

    private void readSystemChunks() throws FormatException {
        StructReader in = superblock.systemChunks();
        for (int at = 0; at < in.length(); ) {
            int chunkAt = at + BtrfsKey.BYTES;
            int stripes =
                    BtrfsChunks.stripes(
                            in.sub("chunk", chunkAt, Math.min(48, in.length() - chunkAt)));
            int length = BtrfsChunks.bytes(stripes);
            chunks.add(in.s64(at + 9), in.sub("chunk", chunkAt, length));
            at = chunkAt + length;
        }
    }

    private void readChunkTree() throws IOException {
        BtrfsCursor cursor = new BtrfsCursor(nodes, superblock.chunkTree());
        cursor.seek(
                new BtrfsKey(0, BtrfsKey.CHUNK_ITEM, 0),
                new BtrfsKey(BtrfsKey.MAX_OFFSET, BtrfsKey.CHUNK_ITEM, BtrfsKey.MAX_OFFSET));
        long without = 0;
        String first = "";
        while (cursor.next()) {
            String problem = cursor.key().type() == BtrfsKey.CHUNK_ITEM ? readChunk(cursor) : null;
            if (problem != null) {
                first = without == 0 ? problem : first;
                without++;
            }
        }
        if (without > 0) {
            warn(without + " chunks are not read, the first " + first);
        }
    }

    /** Why the chunk that a cursor is at has no place here; null when it has one, or makes no sense. */
    private @Nullable String readChunk(BtrfsCursor cursor) throws IOException {
        try {
            return chunks.add(cursor.key().offset(), cursor.item("chunk"));
        } catch (FormatException e) {
            warn(e);
            return null;
        }
    }

    BtrfsSuperblock superblock() {
        return superblock;
    }

    BtrfsChunks chunks() {
        return chunks;
    }

    BtrfsNodes nodes() {
        return nodes;
    }

    @Override
    public int blockSize() {
        return superblock.sectorSize();
    }

    /** Of blocks in one chunk that lies on this device. */
    @Override
    public boolean holds(long block, long count) {
        long most = Long.MAX_VALUE / blockSize();
        if (block < 0 || block > most || count > most) {
            return false;
        }
        try {
            chunks.place(block * blockSize(), count * blockSize());
            return true;
        } catch (FormatException e) {
            return false;
        }
    }

    /**
     * @param extent stored in the volume
     * @throws FormatException that says why not all that is stored of it is there
     */
    void requireHeld(BtrfsExtent extent) throws FormatException {
        chunks.place(extent.address(), extent.storedBytes());
    }

    @Override
    public long position(long block) {
        try {
            return chunks.place(block * blockSize(), blockSize());
        } catch (FormatException e) {
            throw new IllegalArgumentException("block " + block, e);
        }
    }
}
