package mirage.filesystem.xfs;

import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
    private final int room;
    private final int typeBytes;
    private final List<Entry> entries = new ArrayList<>();
    private boolean damaged;
    private boolean full;

    /** A name and the inode that it leads to. */
    record Entry(long inode, RawName name) {}

    /**
     * @param entries sorted by name, each name once, without those of the directory itself and of its parent
     * @param damaged whether names may be missing
     */
    record Listing(List<Entry> entries, boolean damaged) {}

    private XfsDirectory(XfsVolume volume, XfsInode inode, int room) {
        this.volume = volume;
        this.inode = inode;
        this.room = room;
        this.typeBytes = volume.features().hasFileTypes() ? 1 : 0;
    }

    /**
     * @param content of the directory
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static Listing read(XfsVolume volume, XfsInode inode, Content content, int room)
            throws IOException {
        XfsDirectory directory = new XfsDirectory(volume, inode, room);
        switch (content) {
            case Content.Inline inline ->
                    directory.readShort(ByteBuffer.wrap(inline.bytes().toBytes()));
            case Content.Mapped mapped -> directory.readBlocks(mapped.map());
            case Content.Encoded _ -> throw new IllegalArgumentException("xfs encodes nothing");
        }
        return directory.sorted();
    }

    /** "Short Form Directories": inode numbers are wide in all entries when one needs it. */
    private void readShort(ByteBuffer bytes) {
        if (bytes.limit() < 2) {
            damage(0, "a header expected, found " + bytes.limit() + " bytes");
            return;
        }
        int count = bytes.get(0) & 0xff;
        int numberBytes = bytes.get(1) == 0 ? 4 : 8;
        int at = 2 + numberBytes;
        for (int i = 0; i < count && !full; i++) {
            int nameLength = at < bytes.limit() ? bytes.get(at) & 0xff : 0;
            int nameAt = at + 3;
            int numberAt = nameAt + nameLength + typeBytes;
            if (numberAt + numberBytes > bytes.limit()) {
                damage(at, count + " entries expected, found " + i);
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
            for (; at < run.end() && !full; at += size) {
                if (XfsVolume.isMapped(map, at, size)) {
                    readBlock(volume.content(map, at, size), at, XfsVolume.place(map, at));
                } else {
                    damage(at, "a hole within a block of " + size + " bytes");
                }
            }
            next = at;
        }
        if (!full && (next == 0 || next < inode.size())) {
            damage(next, "a hole up to the end at " + inode.size());
        }
    }

    private void readBlock(ByteBuffer block, long base, long position) {
        boolean checked = volume.features().hasChecksums();
        int magic = block.getInt(0);
        int end = block.limit();
        if (magic == (checked ? BLOCK_3 : BLOCK)) {
            long index = Integer.toUnsignedLong(block.getInt(end - TAIL_BYTES));
            if (index > (end - TAIL_BYTES - HEADER_BYTES_3) / LEAF_ENTRY_BYTES) {
                damage(base, "an index expected within the block, found " + index + " entries");
                return;
            }
            end -= TAIL_BYTES + (int) index * LEAF_ENTRY_BYTES;
        } else if (magic != (checked ? DATA_3 : DATA)) {
            damage(base, "a block of names expected, found 0x" + Integer.toHexString(magic));
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
    private void readEntries(ByteBuffer block, long base, int from, int to) {
        for (int at = from; at < to && !full; ) {
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
                damage(
                        base + at,
                        "entry expected within " + left + " bytes, found one of " + length);
                return;
            }
            at += length;
        }
    }

    private void add(long at, long target, ByteBuffer bytes, int nameAt, int nameLength) {
        byte[] name = new byte[nameLength];
        bytes.get(nameAt, name);
        if (isOwnOrParent(name)) {
            return;
        }
        if (!isName(name)) {
            damage(at, "a name is empty, or holds '/' or NUL");
            return;
        }
        if (entries.size() >= room) {
            full = true;
            damage(at, "too many entries to keep, " + room + " at once; the rest is left out");
            return;
        }
        entries.add(new Entry(target, RawName.of(name)));
    }

    private static boolean isOwnOrParent(byte[] name) {
        return name.length > 0
                && name.length <= 2
                && name[0] == '.'
                && name[name.length - 1] == '.';
    }

    private static boolean isName(byte[] name) {
        for (byte octet : name) {
            if (octet == '/' || octet == 0) {
                return false;
            }
        }
        return name.length > 0;
    }

    private Listing sorted() {
        entries.sort(Comparator.comparing(Entry::name));
        List<Entry> unique = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            if (!unique.isEmpty() && unique.getLast().name.equals(entry.name)) {
                damage(
                        0,
                        "inodes "
                                + unique.getLast().inode
                                + " and "
                                + entry.inode
                                + " by one name");
            } else {
                unique.add(entry);
            }
        }
        return new Listing(unique, damaged);
    }

    private void damage(long at, String what) {
        damaged = true;
        volume.warn("directory inode " + inode.number() + " at " + at + ": " + what);
    }
}
