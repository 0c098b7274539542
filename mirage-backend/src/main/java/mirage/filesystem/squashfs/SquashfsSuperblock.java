package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.decode.BlockDecoder;
import mirage.filesystem.decode.BlockDecoders;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The superblock, validated. "The Superblock". Places are offsets in the volume; {@link #ABSENT} where there is no such
 * table.
 *
 * @param inodeCount how many inodes there are by its own count
 * @param blockSize of data blocks in bytes, a power of two from 4096 to 1 MiB
 * @param fragmentCount entries of the fragment table
 * @param decoder of all compressed blocks
 * @param idCount entries of the id table
 * @param rootInode reference to the root directory
 * @param bytesUsed how long the file system is, which may be more than the volume holds
 * @param idTable owners and groups
 * @param attributeTable sets of extended attributes
 * @param inodeTable first of its metadata blocks
 * @param directoryTable first of its metadata blocks
 * @param fragmentTable blocks shared by the ends of files
 * @param exportTable inode numbers to references
 */
record SquashfsSuperblock(
        long inodeCount,
        int blockSize,
        long fragmentCount,
        BlockDecoder decoder,
        int idCount,
        long rootInode,
        long bytesUsed,
        long idTable,
        long attributeTable,
        long inodeTable,
        long directoryTable,
        long fragmentTable,
        long exportTable) {

    static final int LENGTH = 96;
    static final long ABSENT = -1;

    private static final long MAGIC = 0x73717368;
    private static final int MIN_BLOCK_LOG = 12;
    private static final int MAX_BLOCK_LOG = 20;

    /**
     * @return null without the magic
     * @throws FormatException when the file system cannot be read by what its superblock says
     */
    static @Nullable SquashfsSuperblock read(ByteSource volume) throws IOException {
        if (volume.length() < LENGTH) {
            return null;
        }
        StructReader in =
                StructReader.read(
                        "squashfs superblock", volume, 0, LENGTH, ByteOrder.LITTLE_ENDIAN);
        if (in.u32(0) != MAGIC) {
            return null;
        }
        in.require(
                in.u16(28) == 4 && in.u16(30) == 0,
                "version",
                28,
                "4.0",
                in.u16(28) + "." + in.u16(30));
        int blockLog = in.u16(22);
        in.require(
                blockLog >= MIN_BLOCK_LOG && blockLog <= MAX_BLOCK_LOG,
                "block_log",
                22,
                "from " + MIN_BLOCK_LOG + " to " + MAX_BLOCK_LOG,
                blockLog);
        in.require(in.u32(12) == 1L << blockLog, "block_size", 12, "2^block_log", in.u32(12));
        long bytesUsed = in.boundedS64(40, LENGTH, Long.MAX_VALUE, "bytes_used");
        return new SquashfsSuperblock(
                in.u32(4),
                1 << blockLog,
                in.u32(16),
                decoder(in),
                in.u16(26),
                in.s64(32),
                bytesUsed,
                in.boundedS64(48, LENGTH, bytesUsed, "id_table_start"),
                optional(in, 56, bytesUsed, "xattr_id_table_start"),
                in.boundedS64(64, LENGTH, bytesUsed, "inode_table_start"),
                in.boundedS64(72, LENGTH, bytesUsed, "directory_table_start"),
                optional(in, 80, bytesUsed, "fragment_table_start"),
                optional(in, 88, bytesUsed, "export_table_start"));
    }

    /** Up to where the volume holds the file system. */
    long end(ByteSource volume) {
        return Math.min(bytesUsed, volume.length());
    }

    private static long optional(StructReader in, int at, long bytesUsed, String field)
            throws FormatException {
        return in.s64(at) == ABSENT ? ABSENT : in.boundedS64(at, LENGTH, bytesUsed, field);
    }

    /** The numbers are the kernel's; the document has those of LZMA and LZO the other way round. */
    private static BlockDecoder decoder(StructReader in) throws FormatException {
        int method = in.u16(20);
        return switch (method) {
            case 1 -> BlockDecoders.ZLIB;
            case 3 -> BlockDecoders.LZO;
            case 4 -> BlockDecoders.XZ;
            case 5 -> BlockDecoders.LZ4;
            case 6 -> BlockDecoders.ZSTD;
            case 2 -> throw in.refuse("compression", 20, "a method that kernels read", "lzma");
            default ->
                    throw in.refuse("compression", 20, "a known method", Integer.toString(method));
        };
    }
}
