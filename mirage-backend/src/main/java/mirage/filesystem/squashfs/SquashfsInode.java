package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import java.io.IOException;

/**
 * One inode. "Inode Table".
 *
 * @param number from 1; hard links share it
 * @param type what it is
 * @param mode the 12 permission bits
 * @param uid index in the id table
 * @param gid index in the id table
 * @param links names by its own count
 * @param size as {@code stat} gives it
 * @param seconds the one time it has, since 1970
 * @param device of a device node
 * @param target of a symbolic link
 * @param attributes index in the attribute table, {@link #NONE} without any
 * @param directory reference to the names of a directory, relative to the directory table
 * @param blocks of a regular file, {@link SquashfsBlocks#NONE} otherwise
 */
record SquashfsInode(
        long number,
        FileType type,
        int mode,
        int uid,
        int gid,
        long links,
        long size,
        long seconds,
        Device device,
        RawName target,
        long attributes,
        long directory,
        SquashfsBlocks blocks) {

    /** An index that stands for nothing. */
    static final long NONE = 0xffff_ffffL;

    private static final int HEADER_BYTES = 16;

    /** From here on, types are those of 7 less, with room for more. */
    private static final int EXTENDED = 8;

    /** {@code PATH_MAX}: no link target is longer. */
    private static final int MAX_TARGET_BYTES = 4096;

    /**
     * @param reference place of the inode, relative to the inode table
     */
    static SquashfsInode read(SquashfsVolume volume, long reference) throws IOException {
        MetadataReader in =
                MetadataReader.at(
                        volume,
                        volume.superblock().inodeTable(),
                        reference,
                        "inode at 0x" + Long.toHexString(reference));
        StructReader header = in.struct(HEADER_BYTES);
        int form = header.u16(0);
        boolean extended = form >= EXTENDED;
        header.require(header.u32(12) != 0, "inode_number", 12, "from 1", 0);
        return switch (extended ? form - EXTENDED + 1 : form) {
            case 1 -> directory(in, header, extended);
            case 2 -> file(in, header, extended, volume.superblock());
            case 3 -> link(in, header, extended);
            case 4 -> special(in, header, extended, FileType.BLOCK_DEVICE);
            case 5 -> special(in, header, extended, FileType.CHARACTER_DEVICE);
            case 6 -> special(in, header, extended, FileType.FIFO);
            case 7 -> special(in, header, extended, FileType.SOCKET);
            default -> throw header.refuse("inode_type", 0, "from 1 to 14", Integer.toString(form));
        };
    }

    /**
     * @throws FormatException when the root is no directory
     */
    static SquashfsInode readRoot(SquashfsVolume volume) throws IOException {
        SquashfsInode root = read(volume, volume.superblock().rootInode());
        if (root.type != FileType.DIRECTORY) {
            throw new FormatException("squashfs root inode: a directory expected");
        }
        return root;
    }

    private static SquashfsInode directory(MetadataReader in, StructReader header, boolean extended)
            throws IOException {
        StructReader body = in.struct(extended ? 24 : 16);
        long links = body.u32(extended ? 0 : 4);
        long size = extended ? body.u32(4) : body.u16(8);
        long block = body.u32(extended ? 8 : 0);
        int offset = body.u16(extended ? 18 : 10);
        return of(
                header,
                FileType.DIRECTORY,
                links,
                size,
                Device.NONE,
                RawName.EMPTY,
                extended ? body.u32(20) : NONE,
                block << 16 | offset,
                SquashfsBlocks.NONE);
    }

    private static SquashfsInode file(
            MetadataReader in, StructReader header, boolean extended, SquashfsSuperblock superblock)
            throws IOException {
        StructReader body = in.struct(extended ? 40 : 16);
        long start = extended ? body.s64(0) : body.u32(0);
        long size = extended ? body.boundedS64(8, 0, Long.MAX_VALUE, "file_size") : body.u32(12);
        SquashfsBlocks.Tail tail =
                new SquashfsBlocks.Tail(body.u32(extended ? 28 : 4), body.u32(extended ? 32 : 8));
        return of(
                header,
                FileType.REGULAR,
                extended ? body.u32(24) : 1,
                size,
                Device.NONE,
                RawName.EMPTY,
                extended ? body.u32(36) : NONE,
                0,
                SquashfsBlocks.read(in, superblock.blockSize(), start, size, tail));
    }

    private static SquashfsInode link(MetadataReader in, StructReader header, boolean extended)
            throws IOException {
        StructReader body = in.struct(8);
        int length = body.boundedU32(4, 1, MAX_TARGET_BYTES, "target_size");
        RawName target = RawName.of(in.bytes(length));
        return of(
                header,
                FileType.SYMLINK,
                body.u32(0),
                length,
                Device.NONE,
                target,
                extended ? in.struct(4).u32(0) : NONE,
                0,
                SquashfsBlocks.NONE);
    }

    private static SquashfsInode special(
            MetadataReader in, StructReader header, boolean extended, FileType type)
            throws IOException {
        boolean device = type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
        StructReader body = in.struct((device ? 8 : 4) + (extended ? 4 : 0));
        return of(
                header,
                type,
                body.u32(0),
                0,
                device ? Device.ofLinux(body.s32(4)) : Device.NONE,
                RawName.EMPTY,
                extended ? body.u32(device ? 8 : 4) : NONE,
                0,
                SquashfsBlocks.NONE);
    }

    private static SquashfsInode of(
            StructReader header,
            FileType type,
            long links,
            long size,
            Device device,
            RawName target,
            long attributes,
            long directory,
            SquashfsBlocks blocks)
            throws FormatException {
        return new SquashfsInode(
                header.u32(12),
                type,
                header.u16(2) & 07777,
                header.u16(4),
                header.u16(6),
                links,
                size,
                header.u32(8),
                device,
                target,
                attributes,
                directory,
                blocks);
    }
}
