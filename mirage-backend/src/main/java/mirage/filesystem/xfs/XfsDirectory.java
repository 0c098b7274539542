package mirage.filesystem.xfs;

import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.walk.DirectoryListing;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The names in a directory. "Directories". In the inode they are a list of their own form; in block, leaf, node and
 * tree directories they all are in data blocks, from the begin of the directory on, so that these are read one after
 * the other and the indexes behind them are not. An entry that makes no sense hides the rest of its block.
 */
final class XfsDirectory {
    /** Where the first index begins, "Leaf Directories": 32 GiB, whatever the size of blocks. */
    static final long DATA_END = 1L << 35;

    private static final int BLOCK = 0x58443242;
    private static final int BLOCK_3 = 0x58444233;
    private static final int DATA = 0x58443244;
    private static final int DATA_3 = 0x58444433;
    private static final int HEADER_BYTES = 16;
    private static final int HEADER_BYTES_3 = 64;
    private static final int TAIL_BYTES = 8;
    private static final int LEAF_ENTRY_BYTES = 8;
    private static final int FREE = 0xffff;
    private static final int ALIGNMENT = 8;
    private static final int TAG_BYTES = 2;

    private final XfsVolume volume;
    private final XfsInode inode;
    private final int typeBytes;
    private final DirectoryListing.Builder names;

    private XfsDirectory(XfsVolume volume, XfsInode inode, int room) {
        this.volume = volume;
        this.inode = inode;
        this.names = new DirectoryListing.Builder(volume, inode.number(), room);
        this.typeBytes = volume.features().hasFileTypes() ? 1 : 0;
    }

    /**
     * @param content of the directory
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(XfsVolume volume, XfsInode inode, Content content, int room)
            throws IOException {
        XfsDirectory directory = new XfsDirectory(volume, inode, room);
        switch (content) {
            case Content.Inline inline ->
                    directory.readShort(ByteBuffer.wrap(inline.bytes().toBytes()));
            case Content.Mapped mapped -> directory.readBlocks(mapped.map());
            case Content.Encoded _ -> throw new IllegalArgumentException("xfs encodes nothing");
        }
        return directory.names.build();
    }

    /** "Short Form Directories": inode numbers are wide in all entries when one needs it. */
    private void readShort(ByteBuffer bytes) throws IOException {
        if (bytes.limit() < 2) {
            names.damage(0, "a header expected, found " + bytes.limit() + " bytes");
            return;
        }
        int count = bytes.get(0) & 0xff;
        int numberBytes = bytes.get(1) == 0 ? 4 : 8;
        int at = 2 + numberBytes;
        for (int i = 0; i < count && !names.isFull(); i++) {
            int nameLength = at < bytes.limit() ? bytes.get(at) & 0xff : 0;
            int nameAt = at + 3;
            int numberAt = nameAt + nameLength + typeBytes;
            if (numberAt + numberBytes > bytes.limit()) {
                names.damage(at, count + " entries expected, found " + i);
                return;
            }
            long target =
                    numberBytes == 4
                            ? Integer.toUnsignedLong(bytes.getInt(numberAt))
                            : bytes.getLong(numberAt);
            add(at, target, bytes, nameAt, nameLength);
            at = numberAt + numberBytes;
        }
    }

    /** A block that has no entry left is given back, and leaves a hole; the last one does not. */
    private void readBlocks(ExtentMap map) throws IOException {
        int size = volume.superblock().directoryBlockSize();
        long next = 0;
        for (int i = 0; i < map.runCount(); i++) {
            ExtentMap.Run run = map.run(i);
            long at = Math.max(next, run.offset() - run.offset() % size);
            for (; at < run.end() && !names.isFull(); at += size) {
                if (XfsVolume.isMapped(map, at, size)) {
                    readBlock(volume.content(map, at, size), at, XfsVolume.place(map, at));
                } else {
                    names.damage(at, "a hole within a block of " + size + " bytes");
                }
            }
            next = at;
        }
        if (!names.isFull() && (next == 0 || next < inode.size())) {
            names.damage(next, "a hole up to the end at " + inode.size());
        }
    }

    private void readBlock(ByteBuffer block, long base, long position) throws IOException {
        boolean checked = volume.features().hasChecksums();
        int magic = block.getInt(0);
        int end = block.limit();
        if (magic == (checked ? BLOCK_3 : BLOCK)) {
            long index = Integer.toUnsignedLong(block.getInt(end - TAIL_BYTES));
            if (index > (end - TAIL_BYTES - HEADER_BYTES_3) / LEAF_ENTRY_BYTES) {
                names.damage(
                        base, "an index expected within the block, found " + index + " entries");
                return;
            }
            end -= TAIL_BYTES + (int) index * LEAF_ENTRY_BYTES;
        } else if (magic != (checked ? DATA_3 : DATA)) {
            names.damage(base, "a block of names expected, found 0x" + Integer.toHexString(magic));
            return;
        }
        if (checked) {
            volume.verify(
                    "directory inode " + inode.number() + " at " + base,
                    block,
                    XfsSignature.DIRECTORY_DATA,
                    position,
                    inode.number());
        }
        readEntries(block, base, checked ? HEADER_BYTES_3 : HEADER_BYTES, end);
    }

    /** "Block Directories": entries and free space, each at a multiple of 8 and ended by a tag. */
    private void readEntries(ByteBuffer block, long base, int from, int to) throws IOException {
        for (int at = from; at < to && !names.isFull(); ) {
            int left = to - at;
            int length;
            if (left < ALIGNMENT) {
                length = 0;
            } else if (Short.toUnsignedInt(block.getShort(at)) == FREE) {
                length = Short.toUnsignedInt(block.getShort(at + 2));
            } else if (left < 2 * ALIGNMENT) {
                length = 0;
            } else {
                int used = 9 + (block.get(at + 8) & 0xff) + typeBytes + TAG_BYTES;
                length = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
                if (length <= left) {
                    add(base + at, block.getLong(at), block, at + 9, block.get(at + 8) & 0xff);
                }
            }
            if (length == 0 || length % ALIGNMENT != 0 || length > left) {
                names.damage(
                        base + at,
                        "entry expected within " + left + " bytes, found one of " + length);
                return;
            }
            at += length;
        }
    }

    private void add(long at, long target, ByteBuffer bytes, int nameAt, int nameLength)
            throws IOException {
        byte[] name = new byte[nameLength];
        bytes.get(nameAt, name);
        names.add(at, target, name);
    }
}
