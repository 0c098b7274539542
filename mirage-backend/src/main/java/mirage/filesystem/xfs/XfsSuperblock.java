package mirage.filesystem.xfs;

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
 * The superblock, validated. "Superblocks".
 *
 * @param features what the rest of the layout depends on
 * @param blockSize bytes, a power of two from 512 to 65536
 * @param blockCount blocks that the file system claims to have, which may be more than the volume holds
 * @param groupBlocks blocks of each allocation group but the last
 * @param groupCount allocation groups
 * @param groupBlockBits low bits of a block number that count within a group
 * @param inodeSize bytes, a power of two from 256 to {@code blockSize}
 * @param inodesPerBlockBits low bits of an inode number that count within a block
 * @param directoryBlockSize bytes, a power of two from {@code blockSize} to 65536
 * @param rootInode number of the root directory
 * @param uuid 16 bytes
 * @param metadataUuid 16 bytes that metadata is signed with
 * @param label without its padding
 */
record XfsSuperblock(
        XfsFeatures features,
        int blockSize,
        long blockCount,
        long groupBlocks,
        long groupCount,
        int groupBlockBits,
        int inodeSize,
        int inodesPerBlockBits,
        int directoryBlockSize,
        long rootInode,
        RawName uuid,
        RawName metadataUuid,
        RawName label) {

    private static final int LENGTH = 512;
    private static final int MAGIC = 0x58465342;
    private static final int CHECKSUM_AT = 224;
    private static final int MIN_BLOCK_LOG = 9;
    private static final int MAX_BLOCK_LOG = 16;
    private static final int MIN_INODE_LOG = 8;
    private static final int MIN_CHECKED_INODE_LOG = 9;
    private static final int MAX_INODE_LOG = 11;
    private static final int MAX_GROUP_BLOCK_BITS = 31;
    private static final int UUID_BYTES = 16;
    private static final int LABEL_BYTES = 12;
    private static final int SECOND_DIRECTORIES = 0x2000;
    private static final int MORE_BITS = 0x8000;

    /**
     * @return null without the magic
     * @throws FormatException when the file system cannot be read by what its superblock says
     */
    static @Nullable XfsSuperblock read(ByteSource volume, Warnings warnings) throws IOException {
        if (volume.length() < LENGTH) {
            return null;
        }
        StructReader in =
                StructReader.read("xfs superblock", volume, 0, LENGTH, ByteOrder.BIG_ENDIAN);
        if (in.s32(0) != MAGIC) {
            return null;
        }
        XfsFeatures features = features(in);
        XfsSuperblock superblock = geometry(in, features);
        note(in, superblock, volume, warnings);
        return superblock;
    }

    private static XfsFeatures features(StructReader in) throws FormatException {
        int bits = in.u16(100);
        int version = bits & 0xf;
        in.require(version == 4 || version == 5, "sb_versionnum", 100, "version 4 or 5", version);
        in.require(
                (bits & SECOND_DIRECTORIES) != 0 || version == 5,
                "sb_versionnum",
                100,
                "directories of version 2",
                "0x" + Integer.toHexString(bits));
        int features2 = (bits & MORE_BITS) != 0 ? in.s32(200) : 0;
        XfsFeatures features = new XfsFeatures(version, features2, in.s32(212), in.s32(216));
        in.require(
                features.unreadable().isEmpty(),
                "sb_features_incompat",
                216,
                "known features",
                features.unreadable());
        in.require(in.u8(126) == 0, "sb_inprogress", 126, "a finished file system", in.u8(126));
        return features;
    }

    private static XfsSuperblock geometry(StructReader in, XfsFeatures features)
            throws FormatException {
        int blockLog = log(in, 120, MIN_BLOCK_LOG, MAX_BLOCK_LOG, "sb_blocklog");
        int blockSize = 1 << blockLog;
        in.require(in.u32(4) == blockSize, "sb_blocksize", 4, "2^sb_blocklog", in.u32(4));
        int inodeLog =
                log(
                        in,
                        122,
                        features.hasChecksums() ? MIN_CHECKED_INODE_LOG : MIN_INODE_LOG,
                        Math.min(blockLog, MAX_INODE_LOG),
                        "sb_inodelog");
        in.require(in.u16(104) == 1 << inodeLog, "sb_inodesize", 104, "2^sb_inodelog", in.u16(104));
        in.require(
                in.u8(123) == blockLog - inodeLog,
                "sb_inopblog",
                123,
                String.valueOf(blockLog - inodeLog),
                in.u8(123));
        int directoryLog = log(in, 192, 0, MAX_BLOCK_LOG - blockLog, "sb_dirblklog");
        int groupBits = log(in, 124, 1, MAX_GROUP_BLOCK_BITS, "sb_agblklog");
        long groupBlocks = in.u32(84);
        in.require(
                groupBlocks > 1L << groupBits - 1 && groupBlocks <= 1L << groupBits,
                "sb_agblocks",
                84,
                "what takes " + groupBits + " bits",
                groupBlocks);
        long groups = in.u32(88);
        in.require(groups > 0, "sb_agcount", 88, "more than 0", groups);
        // All of it can be counted in bytes then.
        long most = Math.min(groups * groupBlocks, Long.MAX_VALUE >>> blockLog);
        byte[] uuid = in.bytes(32, UUID_BYTES);
        return new XfsSuperblock(
                features,
                blockSize,
                in.boundedS64(8, (groups - 1) * groupBlocks + 1, most, "sb_dblocks"),
                groupBlocks,
                groups,
                groupBits,
                1 << inodeLog,
                blockLog - inodeLog,
                blockSize << directoryLog,
                in.s64(56),
                RawName.of(uuid),
                RawName.of(features.hasMetadataUuid() ? in.bytes(248, UUID_BYTES) : uuid),
                padded(in.bytes(108, LABEL_BYTES)));
    }

    private static int log(StructReader in, int at, int min, int max, String field)
            throws FormatException {
        int value = in.u8(at);
        in.require(value >= min && value <= max, field, at, "from " + min + " to " + max, value);
        return value;
    }

    private static void note(
            StructReader in, XfsSuperblock superblock, ByteSource volume, Warnings warnings)
            throws IOException {
        XfsFeatures features = superblock.features();
        if (features.unknownReadOnly() != 0) {
            warnings.add(
                    "xfs superblock: unknown sb_features_ro_compat 0x"
                            + Integer.toHexString(features.unknownReadOnly()));
        }
        if (features.needsRepair()) {
            warnings.add("xfs superblock: sb_features_incompat says that it needs repair");
        }
        int sectorSize = in.u16(102);
        if (Integer.bitCount(sectorSize) != 1
                || sectorSize < LENGTH
                || sectorSize > superblock.blockSize()
                || sectorSize > volume.length()) {
            warnings.add("xfs superblock: sb_sectsize is invalid: " + sectorSize);
        } else if (features.hasChecksums()) {
            ByteBuffer sector = ByteBuffer.allocate(sectorSize);
            volume.readFully(0, sector);
            String problem = XfsChecksums.problem(sector.flip(), CHECKSUM_AT);
            if (problem != null) {
                warnings.add("xfs superblock: " + problem);
            }
        }
    }

    private static RawName padded(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return RawName.of(bytes, 0, length);
    }

    /** Blocks that the file system claims and a volume holds. */
    long blocksHeld(ByteSource volume) {
        return Math.min(blockCount, volume.length() / blockSize);
    }

    /** Whether a structure bears the UUID that metadata is signed with. */
    boolean isSigned(ByteBuffer structure, int at) {
        int i = 0;
        while (i < UUID_BYTES && structure.get(at + i) == metadataUuid.byteAt(i)) {
            i++;
        }
        return i == UUID_BYTES;
    }

    /** As {@code blkid} writes it. */
    String uuidText() {
        ByteBuffer bytes = ByteBuffer.wrap(uuid.toBytes());
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }
}
