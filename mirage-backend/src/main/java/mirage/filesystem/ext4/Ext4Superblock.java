package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The superblock, validated. Kernel documentation, "Super Block".
 *
 * @param features what the rest of the layout depends on
 * @param inodeCount inodes are numbered from 1 to this
 * @param blockCount blocks that the file system claims to have, which may be more than the volume holds
 * @param firstDataBlock block in which group 0 begins
 * @param blockSize bytes, a power of two from 1 KiB to 64 KiB
 * @param clusterSize bytes that are allocated together, {@code blockSize} without {@code bigalloc}
 * @param blocksPerGroup more than 0
 * @param inodesPerGroup more than 0
 * @param inodeSize bytes, a power of two from 128 to {@code blockSize}
 * @param firstInode the first inode that is not reserved
 * @param descriptorSize bytes of a group descriptor, a power of two from 32 to 1024
 * @param firstMetaGroup first block of group descriptors that lies in its own meta block group
 * @param backupGroupLow with {@code sparse_super2}, a group with a copy of the superblock
 * @param backupGroupHigh another one
 * @param uuid 16 bytes
 * @param label without its padding
 * @param checksumSeed CRC-32C that all metadata checksums start from
 * @param checksumsKnown whether metadata has checksums, of the only kind that exists
 */
record Ext4Superblock(
        Ext4Features features,
        long inodeCount,
        long blockCount,
        long firstDataBlock,
        int blockSize,
        long clusterSize,
        long blocksPerGroup,
        long inodesPerGroup,
        int inodeSize,
        long firstInode,
        int descriptorSize,
        long firstMetaGroup,
        long backupGroupLow,
        long backupGroupHigh,
        RawName uuid,
        RawName label,
        int checksumSeed,
        boolean checksumsKnown) {

    static final int OFFSET = 1024;
    static final int LENGTH = 1024;
    private static final int MAGIC = 0xef53;
    private static final int STATE_ERRORS = 0x2;
    private static final int CHECKSUM_AT = 0x3fc;
    private static final int CHECKSUM_CRC32C = 1;
    private static final int OLD_REVISION = 0;
    private static final int OLD_INODE_SIZE = 128;
    private static final int OLD_FIRST_INODE = 11;
    private static final int MAX_LOG_BLOCK_SIZE = 6;
    private static final int MAX_LOG_CLUSTER_SIZE = 20;
    private static final int SMALL_DESCRIPTOR = 32;
    private static final int WIDE_DESCRIPTOR = 64;
    private static final int MAX_DESCRIPTOR = 1024;

    /**
     * @return null without the magic
     * @throws FormatException when the file system cannot be read by what its superblock says
     */
    static @Nullable Ext4Superblock read(ByteSource volume, Warnings warnings) throws IOException {
        if (volume.length() < OFFSET + LENGTH) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        volume.readFully(OFFSET, bytes);
        StructReader in =
                StructReader.of("ext4 superblock", OFFSET, bytes.flip(), ByteOrder.LITTLE_ENDIAN);
        if (in.u16(0x38) != MAGIC) {
            return null;
        }
        Ext4Features features = features(in);
        boolean checksums = checksums(in, features, bytes, warnings);
        note(in, features, warnings);
        return geometry(in, features, checksums);
    }

    private static Ext4Features features(StructReader in) throws FormatException {
        if (in.u32(0x4c) == OLD_REVISION) {
            return new Ext4Features(0, 0, 0);
        }
        Ext4Features features = new Ext4Features(in.s32(0x5c), in.s32(0x60), in.s32(0x64));
        String unreadable = features.unreadable();
        in.require(unreadable.isEmpty(), "s_feature_incompat", 0x60, "known features", unreadable);
        in.require(
                !features.journalDevice(),
                "s_feature_incompat",
                0x60,
                "a file system",
                "an external journal, which holds no files");
        return features;
    }

    private static boolean checksums(
            StructReader in, Ext4Features features, ByteBuffer bytes, Warnings warnings)
            throws FormatException {
        if (!features.metadataChecksums()) {
            return false;
        }
        int type = in.u8(0x175);
        if (type != CHECKSUM_CRC32C) {
            warnings.add("ext4 superblock: checksum type 1 expected, found " + type);
            return false;
        }
        int computed = Ext4Checksums.crc32c(bytes.array(), 0, CHECKSUM_AT);
        if (computed != in.s32(CHECKSUM_AT)) {
            warnings.add(Ext4Checksums.mismatch("ext4 superblock", computed, in.s32(CHECKSUM_AT)));
        }
        return true;
    }

    private static void note(StructReader in, Ext4Features features, Warnings warnings)
            throws FormatException {
        if (features.unknownReadOnly() != 0) {
            warnings.add(
                    "ext4 superblock: unknown s_feature_ro_compat 0x"
                            + Integer.toHexString(features.unknownReadOnly()));
        }
        if (features.needsRecovery()) {
            warnings.add(
                    "ext4 superblock: the journal needs recovery; files are shown as the volume holds them now");
        }
        if ((in.u16(0x3a) & STATE_ERRORS) != 0) {
            warnings.add("ext4 superblock: s_state says that the file system has errors");
        }
    }

    private static Ext4Superblock geometry(
            StructReader in, Ext4Features features, boolean checksums) throws FormatException {
        int logBlockSize = in.boundedU32(0x18, 0, MAX_LOG_BLOCK_SIZE, "s_log_block_size");
        int blockSize = 1024 << logBlockSize;
        int logClusterSize =
                features.bigalloc()
                        ? in.boundedU32(
                                0x1c, logBlockSize, MAX_LOG_CLUSTER_SIZE, "s_log_cluster_size")
                        : logBlockSize;
        int clusterRatio = 1 << (logClusterSize - logBlockSize);
        long blocks = in.u32(0x4) | (features.wide() ? in.u32(0x150) << 32 : 0);
        long firstDataBlock = in.u32(0x14);
        in.require(
                blocks > firstDataBlock,
                "s_blocks_count",
                0x4,
                "more than s_first_data_block " + firstDataBlock,
                Long.toUnsignedString(blocks));
        boolean old = in.u32(0x4c) == OLD_REVISION;
        byte[] uuid = in.bytes(0x68, 16);
        return new Ext4Superblock(
                features,
                in.u32(0x0),
                blocks,
                firstDataBlock,
                blockSize,
                1024L << logClusterSize,
                // without bigalloc a cluster is a block
                features.bigalloc()
                        ? (long) clusterRatio
                                * in.boundedU32(0x24, 1, 8 * blockSize, "s_clusters_per_group")
                        : in.boundedU32(0x20, 1, 8 * blockSize, "s_blocks_per_group"),
                in.boundedU32(0x28, 1, 8 * blockSize, "s_inodes_per_group"),
                old ? OLD_INODE_SIZE : powerOfTwo(in, 0x58, OLD_INODE_SIZE, blockSize, "inode"),
                old ? OLD_FIRST_INODE : in.u32(0x54),
                features.wide()
                        ? powerOfTwo(in, 0xfe, WIDE_DESCRIPTOR, MAX_DESCRIPTOR, "desc")
                        : SMALL_DESCRIPTOR,
                in.u32(0x104),
                in.u32(0x24c),
                in.u32(0x250),
                RawName.of(uuid),
                padded(in.bytes(0x78, 16)),
                features.checksumSeed()
                        ? in.s32(0x270)
                        : Ext4Checksums.crc32c(uuid, 0, uuid.length),
                checksums);
    }

    private static int powerOfTwo(StructReader in, int at, int min, int max, String what)
            throws FormatException {
        int size = in.u16(at);
        in.require(
                size >= min && size <= max && Integer.bitCount(size) == 1,
                "s_" + what + "_size",
                at,
                "a power of two from " + min + " to " + max,
                size);
        return size;
    }

    private static RawName padded(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return RawName.of(bytes, 0, length);
    }

    long groupCount() {
        return (blockCount - firstDataBlock - 1) / blocksPerGroup + 1;
    }

    /** Whether a group begins with a copy of the superblock. Kernel documentation, "Block Groups", "Layout". */
    boolean hasSuperblockCopy(long group) {
        if (group == 0) {
            return true;
        }
        if (features.sparseSuper2()) {
            return group == backupGroupLow || group == backupGroupHigh;
        }
        return !features.sparseSuper()
                || group == 1
                || isPowerOf(3, group)
                || isPowerOf(5, group)
                || isPowerOf(7, group);
    }

    private static boolean isPowerOf(int base, long group) {
        long left = group;
        while (left % base == 0) {
            left /= base;
        }
        return left == 1;
    }

    /** As {@code blkid} writes it. */
    String uuidText() {
        ByteBuffer bytes = ByteBuffer.wrap(uuid.toBytes());
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }
}
