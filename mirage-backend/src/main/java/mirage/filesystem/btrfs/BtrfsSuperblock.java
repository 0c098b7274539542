package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.RawName;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The superblock. "Superblock".
 *
 * @param uuid of the file system, 16 bytes
 * @param metadataUuid that nodes are signed with; another one when that of the file system was changed
 * @param generation how often it was written
 * @param rootTree where the tree of trees begins
 * @param chunkTree where the tree of chunks begins
 * @param hasLog whether changes wait to be replayed
 * @param totalBytes of this device
 * @param device its id
 * @param deviceCount of the file system
 * @param sectorSize unit of the content of files, a power of two
 * @param nodeSize of trees, a power of two
 * @param checksum kind of all checksums
 * @param label up to its first NUL
 * @param systemChunks by which the tree of chunks is found: keys and chunks, one behind the other
 */
record BtrfsSuperblock(
        RawName uuid,
        RawName metadataUuid,
        long generation,
        BtrfsRoot rootTree,
        BtrfsRoot chunkTree,
        boolean hasLog,
        long totalBytes,
        long device,
        long deviceCount,
        int sectorSize,
        int nodeSize,
        BtrfsChecksum checksum,
        RawName label,
        StructReader systemChunks) {

    static final int BYTES = 4096;
    static final int MAGIC_AT = 0x40;

    /** {@code _BHRfS_M}. */
    static final long MAGIC = 0x4d5f53665248425fL;

    private static final int MIN_SIZE = 512;
    private static final int MAX_SIZE = 1 << 16;
    private static final int UUID_BYTES = 16;
    private static final int UUID_AT = 0x20;
    private static final int DEVICE_AT = 0xc9;
    private static final int SYSTEM_CHUNKS_AT = 0x32b;
    private static final int SYSTEM_CHUNKS_BYTES = 2048;

    private static final long METADATA_UUID = 0x400;

    /**
     * Features that change nothing for a reader, or what this one reads: back references, the default subvolume, mixed
     * groups, compression, large nodes, inode references, parity and more copies (of which the chunks tell), skinny
     * extents, holes, the second UUID, zones, simple quotas.
     */
    private static final long KNOWN = 0x1_1fff;

    /**
     * @param bytes of the superblock, of which the magic number was seen
     * @param position where it lies
     */
    static BtrfsSuperblock parse(ByteBuffer bytes, long position) throws FormatException {
        StructReader in =
                StructReader.of("btrfs superblock", position, bytes, ByteOrder.LITTLE_ENDIAN);
        in.require(in.s64(0x30) == position, "bytenr", 0x30, "its own place", in.s64(0x30));
        int checksum = in.u16(0xc4);
        in.require(
                checksum < BtrfsChecksum.values().length,
                "csum_type",
                0xc4,
                "up to " + (BtrfsChecksum.values().length - 1),
                checksum);
        long features = in.s64(0xbc);
        in.require(
                (features & ~KNOWN) == 0,
                "incompat_flags",
                0xbc,
                "known features",
                "0x" + Long.toHexString(features & ~KNOWN));
        byte[] uuid = in.bytes(UUID_AT, UUID_BYTES);
        int chunkBytes = in.boundedU32(0xa0, 0, SYSTEM_CHUNKS_BYTES, "sys_chunk_array_size");
        int sectorSize = powerOfTwo(in, 0x90, "sectorsize");
        return new BtrfsSuperblock(
                RawName.of(uuid),
                RawName.of((features & METADATA_UUID) == 0 ? uuid : in.bytes(0x23b, UUID_BYTES)),
                in.s64(0x48),
                root(in, BtrfsRoot.ROOT_TREE, 0x50, 0xc6, in.s64(0x48)),
                root(in, BtrfsRoot.CHUNK_TREE, 0x58, 0xc7, in.s64(0xa4)),
                in.s64(0x60) != 0,
                in.boundedS64(DEVICE_AT + 8, 0, Long.MAX_VALUE, "dev_item.total_bytes"),
                in.s64(DEVICE_AT),
                in.s64(0x88),
                sectorSize,
                powerOfTwo(in, 0x94, "nodesize"),
                BtrfsChecksum.values()[checksum],
                RawName.of(in.bytes(0x12b, 256)).untilNul(),
                in.sub("sys_chunk_array", SYSTEM_CHUNKS_AT, chunkBytes));
    }

    private static BtrfsRoot root(
            StructReader in, long tree, int addressAt, int levelAt, long generation)
            throws FormatException {
        int level = in.u8(levelAt);
        in.require(
                level <= BtrfsNode.MAX_LEVEL,
                "level of tree " + tree,
                levelAt,
                "up to " + BtrfsNode.MAX_LEVEL,
                level);
        return new BtrfsRoot(tree, in.s64(addressAt), level, generation, 0);
    }

    private static int powerOfTwo(StructReader in, int at, String field) throws FormatException {
        int size = in.boundedU32(at, MIN_SIZE, MAX_SIZE, field);
        in.require(Integer.bitCount(size) == 1, field, at, "a power of two", size);
        return size;
    }

    /** Whether a node bears the UUID that nodes are signed with. */
    boolean isSigned(ByteBuffer node) {
        return uuidOf(node).equals(metadataUuid);
    }

    /** Whether other bytes of a superblock bear the UUID of this one. */
    boolean hasUuidOf(ByteBuffer superblock) {
        return uuidOf(superblock).equals(uuid);
    }

    private static RawName uuidOf(ByteBuffer structure) {
        byte[] found = new byte[UUID_BYTES];
        structure.get(UUID_AT, found);
        return RawName.of(found);
    }

    /** As {@code blkid} writes it. */
    String uuidText() {
        ByteBuffer bytes = ByteBuffer.wrap(uuid.toBytes());
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }
}
