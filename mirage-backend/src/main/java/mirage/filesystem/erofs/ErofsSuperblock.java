package mirage.filesystem.erofs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Time;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The superblock, validated. "Core on-disk format", "Superblock".
 *
 * @param blockBits a block is 2 to this many bytes, from 9 to 16
 * @param blockCount of the file system, which may be more than the volume holds
 * @param rootInode number of the root directory
 * @param built when the file system was made: the time of files that keep none
 * @param metadata where inode 0 would be, in bytes
 * @param sharedAttributes where attributes that several files have begin, in bytes
 * @param uuid as it is written; empty when there is none
 */
record ErofsSuperblock(
        int blockBits,
        long blockCount,
        long rootInode,
        Time built,
        long metadata,
        long sharedAttributes,
        String uuid,
        String label) {

    private static final int AT = 1024;
    private static final int LENGTH = 128;
    private static final long MAGIC = 0xe0f5_e1e2L;
    private static final int MIN_BLOCK_BITS = 9;
    private static final int MAX_BLOCK_BITS = 16;
    private static final int CHECKSUM_AT = 4;
    private static final int HAS_CHECKSUM = 0x1;
    private static final int UUID_BYTES = 16;
    private static final int LABEL_BYTES = 16;

    /** Zero padding, configurations and big clusters, chunks, devices or second heads, tails, fragments, prefixes. */
    private static final int KNOWN_FEATURES = 0x7f;

    private static final int ADDRESSES_48_BIT = 0x80;
    private static final int METABOX = 0x100;

    /**
     * @return null without the magic
     * @throws FormatException when the file system cannot be read by what its superblock says
     */
    static @Nullable ErofsSuperblock read(ByteSource volume, Warnings warnings) throws IOException {
        if (volume.length() < AT + LENGTH) {
            return null;
        }
        StructReader in =
                StructReader.read("erofs superblock", volume, AT, LENGTH, ByteOrder.LITTLE_ENDIAN);
        if (in.u32(0) != MAGIC) {
            return null;
        }
        int blockBits = in.u8(0xc);
        in.require(
                blockBits >= MIN_BLOCK_BITS && blockBits <= MAX_BLOCK_BITS,
                "blkszbits",
                0xc,
                "from " + MIN_BLOCK_BITS + " to " + MAX_BLOCK_BITS,
                blockBits);
        in.require(in.u8(0x5a) == 0, "dirblkbits", 0x5a, "0", in.u8(0x5a));
        requireKnown(in);
        if ((in.s32(8) & HAS_CHECKSUM) != 0) {
            verify(in, volume, blockBits, warnings);
        }
        return new ErofsSuperblock(
                blockBits,
                in.u32(0x24),
                in.u16(0xe),
                new Time(in.s64(0x18), (int) Math.min(in.u32(0x20), 999_999_999)),
                in.u32(0x28) << blockBits,
                in.u32(0x2c) << blockBits,
                uuid(in.bytes(0x30, UUID_BYTES)),
                label(in.bytes(0x40, LABEL_BYTES)));
    }

    private static void requireKnown(StructReader in) throws FormatException {
        int features = in.s32(0x50);
        in.require((features & ADDRESSES_48_BIT) == 0, "feature_incompat", 0x50, "others", "48bit");
        in.require((features & METABOX) == 0, "feature_incompat", 0x50, "others", "metabox");
        in.require(
                (features & ~KNOWN_FEATURES) == 0,
                "feature_incompat",
                0x50,
                "known features",
                "0x" + Integer.toHexString(features));
    }

    /** "Verify superblock checksum": to the end of the block, with zeros for itself. */
    private static void verify(StructReader in, ByteSource volume, int blockBits, Warnings warnings)
            throws IOException {
        int block = 1 << blockBits;
        int covered = block > AT ? block - AT : block;
        if (volume.length() - AT < covered) {
            warnings.add("erofs superblock: its block is cut off");
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(covered);
        volume.readFully(AT, bytes);
        bytes.putInt(CHECKSUM_AT, 0);
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip());
        // It is kept without the last inversion.
        long computed = ~crc.getValue() & 0xffff_ffffL;
        if (computed != in.u32(CHECKSUM_AT)) {
            warnings.add(
                    "erofs superblock: checksum expected 0x"
                            + Long.toHexString(computed)
                            + ", found 0x"
                            + Long.toHexString(in.u32(CHECKSUM_AT)));
        }
    }

    int blockSize() {
        return 1 << blockBits;
    }

    private static String uuid(byte[] bytes) {
        String hex = HexFormat.of().formatHex(bytes);
        return hex.matches("0*")
                ? ""
                : hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private static String label(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
