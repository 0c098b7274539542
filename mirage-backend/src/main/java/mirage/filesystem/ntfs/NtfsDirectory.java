package mirage.filesystem.ntfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The names in a directory. "Directory" and "Index" of the NTFS documentation. They are a B+ tree with its root in the
 * record and its other nodes in blocks; a bitmap tells which blocks are in use, so that these are read one after the
 * other, and the tree is not followed. An entry that makes no sense hides the rest of its node.
 *
 * <p>Left out are the files of the system, by their numbers, and names for DOS, unless the file has no other here.
 */
final class NtfsDirectory {
    private static final RawName NAMES = RawName.of("$I30");
    private static final int FILE_NAME = 0x30;
    private static final int INDEX_MAGIC = 0x58444e49;
    private static final int MIN_BLOCK_BYTES = 512;
    private static final int MAX_BLOCK_BYTES = 64 << 10;

    /** Of blocks in use: enough for a directory of 4 GiB in its smallest blocks. */
    private static final int MAX_BITMAP_BYTES = 1 << 20;

    private static final int ROOT_HEADER_BYTES = 16;
    private static final int BLOCK_HEADER_BYTES = 24;
    private static final int NODE_HEADER_BYTES = 16;
    private static final int ENTRY_BYTES = 16;
    private static final int NAME_AT = ENTRY_BYTES + 66;
    private static final int LAST = 2;
    private static final int DOS = 2;

    /** What a name takes that is kept until the directory is read. */
    private static final int DOS_NAME_BYTES = 80;

    private static final int ALIGNMENT = 8;

    /** Files below are the system's. */
    private static final long FIRST_FILE = 16;

    private final NtfsVolume volume;
    private final NtfsFile file;
    private final DirectoryListing.Builder names;
    private final LongSet named = new LongSet();
    private final List<DosName> dosNames = new ArrayList<>();

    private record DosName(long at, long reference, byte[] name) {}

    private NtfsDirectory(NtfsVolume volume, NtfsFile file, int room) {
        this.volume = volume;
        this.file = file;
        this.names = new DirectoryListing.Builder(volume, file.number(), room);
    }

    /**
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(NtfsVolume volume, NtfsFile file, int room) throws IOException {
        NtfsDirectory directory = new NtfsDirectory(volume, file, room);
        try {
            directory.read();
        } catch (FormatException e) {
            directory.names.damage(0, String.valueOf(e.getMessage()));
        }
        directory.addLoneDosNames();
        return directory.names.build();
    }

    /** Where the blocks of a directory lie. Of one that fits into its record, nowhere. */
    static Placement placement(NtfsVolume volume, NtfsFile file) throws IOException {
        NtfsStream blocks = stream(file, NtfsAttribute.INDEX_ALLOCATION);
        return blocks == null || blocks.resident() != null
                ? new Placement(ExtentMap.EMPTY, false)
                : blocks.placement(volume);
    }

    /** Bytes of its blocks; of one that fits into its record, of that part of it. */
    static long size(NtfsFile file) throws IOException {
        NtfsStream blocks = stream(file, NtfsAttribute.INDEX_ALLOCATION);
        NtfsStream index = blocks == null ? stream(file, NtfsAttribute.INDEX_ROOT) : blocks;
        return index == null ? 0 : index.size();
    }

    private static @Nullable NtfsStream stream(NtfsFile file, int type) throws FormatException {
        return NtfsStream.find(file.number(), file.attributes(), type, NAMES);
    }

    private void read() throws IOException {
        NtfsStream stream = stream(file, NtfsAttribute.INDEX_ROOT);
        ByteBuffer root = stream == null ? null : stream.resident();
        if (root == null || root.limit() < ROOT_HEADER_BYTES + NODE_HEADER_BYTES) {
            throw new FormatException("the root of its index is missing");
        }
        if (root.getInt(0) != FILE_NAME) {
            throw new FormatException(
                    "an index of names expected, found 0x" + Integer.toHexString(root.getInt(0)));
        }
        readNode(root, ROOT_HEADER_BYTES, 0);
        NtfsStream blocks = stream(file, NtfsAttribute.INDEX_ALLOCATION);
        if (blocks != null) {
            readBlocks(blocks, Integer.toUnsignedLong(root.getInt(8)));
        }
    }

    private void readBlocks(NtfsStream blocks, long blockBytes) throws IOException {
        if (Long.bitCount(blockBytes) != 1
                || blockBytes < MIN_BLOCK_BYTES
                || blockBytes > MAX_BLOCK_BYTES) {
            throw new FormatException(
                    "blocks of "
                            + MIN_BLOCK_BYTES
                            + " to "
                            + MAX_BLOCK_BYTES
                            + " bytes expected, found "
                            + blockBytes);
        }
        NtfsStream bitmap = stream(file, NtfsAttribute.BITMAP);
        if (bitmap == null || blocks.resident() != null) {
            throw new FormatException("the bitmap of its blocks is missing");
        }
        ByteBuffer inUse = bitmap.bytes(volume, MAX_BITMAP_BYTES);
        Placement placement = blocks.placement(volume);
        if (placement.damaged()) {
            names.damage(0, "not all blocks have a place");
        }
        long count = Math.min(8L * inUse.limit(), blocks.size() / blockBytes);
        for (int block = 0; block < count && !names.isFull(); block++) {
            if ((inUse.get(block >> 3) >> (block & 7) & 1) != 0) {
                readBlock(placement.map(), block * blockBytes, (int) blockBytes);
            }
        }
    }

    private void readBlock(ExtentMap map, long offset, int length) throws IOException {
        try {
            ByteBuffer block =
                    NtfsFixups.undo(
                            volume.content(map, offset, length), INDEX_MAGIC, "an index block");
            // In clusters, or in sectors of 512 where a cluster is larger than a block.
            int unit = Math.min(volume.blockSize(), length);
            unit = unit < volume.blockSize() ? MIN_BLOCK_BYTES : unit;
            if (block.getLong(16) != offset / unit) {
                throw new FormatException(
                        "it is block "
                                + Long.toUnsignedString(block.getLong(16))
                                + ", expected "
                                + offset / unit);
            }
            readNode(block, BLOCK_HEADER_BYTES, offset);
        } catch (FormatException e) {
            names.damage(offset, String.valueOf(e.getMessage()));
        }
    }

    /**
     * @param headerAt where in it the header is that all nodes have
     * @param offset of the node in the directory, for warnings
     */
    private void readNode(ByteBuffer node, int headerAt, long offset) throws IOException {
        long at = headerAt + Integer.toUnsignedLong(node.getInt(headerAt));
        long end = headerAt + Integer.toUnsignedLong(node.getInt(headerAt + 4));
        if (end > node.limit()) {
            names.damage(offset, "entries up to " + end + " in " + node.limit() + " bytes");
            return;
        }
        while (at + ENTRY_BYTES <= end && !names.isFull()) {
            int entry = (int) at;
            if ((node.getShort(entry + 12) & LAST) != 0) {
                return;
            }
            int length = node.getShort(entry + 8) & 0xffff;
            int units = at + NAME_AT <= end ? node.get(entry + NAME_AT - 2) & 0xff : 0;
            if (length % ALIGNMENT != 0
                    || length < NAME_AT + 2 * units
                    || length > end - at
                    || units == 0) {
                names.damage(
                        offset + at,
                        "an entry with a name expected, found one of " + length + " bytes");
                return;
            }
            add(offset + at, node, entry, units);
            at += length;
        }
        if (!names.isFull()) {
            names.damage(offset + at, "no last entry");
        }
    }

    private void add(long at, ByteBuffer node, int entry, int units) throws IOException {
        long reference = node.getLong(entry);
        long number = NtfsRecord.number(reference);
        if (number < FIRST_FILE) {
            return;
        }
        byte[] name = NtfsNames.toUtf8(node, entry + NAME_AT, units);
        if (node.get(entry + NAME_AT - 1) == DOS) {
            if (volume.memory().take(DOS_NAME_BYTES)) {
                dosNames.add(new DosName(at, reference, name));
            }
        } else {
            named.add(number);
            names.add(at, reference, name);
        }
    }

    private void addLoneDosNames() throws IOException {
        volume.memory().giveBack((long) DOS_NAME_BYTES * dosNames.size());
        for (DosName dos : dosNames) {
            if (named.add(NtfsRecord.number(dos.reference))) {
                names.add(dos.at, dos.reference, dos.name);
            }
        }
    }
}
