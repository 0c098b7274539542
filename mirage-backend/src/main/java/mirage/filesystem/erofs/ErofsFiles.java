package mirage.filesystem.erofs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import java.io.IOException;

/** Makes file records of inodes. What is damaged is left out with a warning and flagged. */
final class ErofsFiles {
    /** {@code PATH_MAX}: no link target is longer. */
    private static final int MAX_TARGET_BYTES = 4096;

    private static final int CHUNK_BITS = 0x1f;
    private static final int CHUNK_INDEXES = 0x20;
    private static final long HOLE = 0xffff_ffffL;

    /** 32 MiB of index: chunks of 4 KiB of a file of 16 GiB. */
    private static final int MAX_CHUNKS = 4 << 20;

    private static final int BATCH = 4096;

    private final ErofsVolume volume;
    private final ErofsAttributes attributes;

    /** Where the content is, of a link also what it says. */
    private record Body(Content content, RawName target, boolean damaged) {
        static final Body NONE = new Body(Content.NONE, RawName.EMPTY, false);
        static final Body LEFT_OUT = new Body(Content.NONE, RawName.EMPTY, true);
    }

    ErofsFiles(ErofsVolume volume) {
        this.volume = volume;
        this.attributes = new ErofsAttributes(volume);
    }

    FileRecord describe(RawName path, ErofsInode inode, FileType type) throws IOException {
        Body body = body(inode, type);
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        return new FileRecord(
                path,
                inode.number(),
                type,
                inode.mode(),
                inode.uid(),
                inode.gid(),
                inode.links(),
                inode.size(),
                new FileTimes(inode.time(), inode.time(), inode.time(), Time.UNKNOWN),
                device ? inode.device() : Device.NONE,
                body.target,
                attributes.read(inode),
                body.content,
                new ContentFlags(false, body.damaged));
    }

    private Body body(ErofsInode inode, FileType type) throws IOException {
        try {
            return switch (type) {
                case REGULAR, DIRECTORY -> new Body(content(inode), RawName.EMPTY, false);
                case SYMLINK -> link(inode);
                case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> Body.NONE;
            };
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
            return Body.LEFT_OUT;
        }
    }

    private Content content(ErofsInode inode) throws IOException {
        if (inode.size() == 0) {
            return Content.NONE;
        }
        if (inode.isCompressed()) {
            return new Content.Encoded(CompressedExtents.read(volume, inode).storedMap());
        }
        ExtentMap map = map(inode);
        return map.runCount() == 0 ? Content.NONE : new Content.Mapped(map);
    }

    private Body link(ErofsInode inode) throws IOException {
        if (inode.size() == 0 || inode.size() > MAX_TARGET_BYTES || inode.isCompressed()) {
            throw new FormatException(
                    "a link target of 1 to "
                            + MAX_TARGET_BYTES
                            + " bytes expected, found "
                            + inode.size()
                            + " in layout "
                            + inode.layout());
        }
        ExtentMap map = map(inode);
        byte[] target = volume.content(map, 0, (int) inode.size()).array();
        return new Body(new Content.Mapped(map), RawName.of(target), false);
    }

    private ExtentMap map(ErofsInode inode) throws IOException {
        return inode.layout() == ErofsInode.CHUNKS ? chunks(inode) : flat(inode);
    }

    /** "Inode data layouts": in blocks one after the other, but for the last one if it stands beside the inode. */
    private ExtentMap flat(ErofsInode inode) throws FormatException {
        long size = inode.size();
        int blockSize = volume.blockSize();
        long inBlocks =
                inode.layout() == ErofsInode.FLAT_INLINE
                        ? (size - 1) / blockSize * blockSize
                        : size;
        ExtentMap.Builder map = new ExtentMap.Builder();
        if (inBlocks > 0) {
            long position = volume.position(inode.detail());
            volume.require(position, inBlocks, "content");
            map.add(0, inBlocks, position);
        }
        if (inBlocks < size) {
            volume.require(inode.dataAt(), size - inBlocks, "content beside the inode");
            map.add(inBlocks, size - inBlocks, inode.dataAt());
        }
        return map.build();
    }

    /** "Chunk-based Inode Layout". */
    private ExtentMap chunks(ErofsInode inode) throws IOException {
        int bits = volume.superblock().blockBits() + (int) (inode.detail() & CHUNK_BITS);
        boolean indexes = (inode.detail() & CHUNK_INDEXES) != 0;
        int entryBytes = indexes ? 8 : 4;
        long chunk = 1L << bits;
        long count = (inode.size() - 1 >>> bits) + 1;
        if (count > MAX_CHUNKS) {
            throw new FormatException(count + " chunks, expected up to " + MAX_CHUNKS);
        }
        long at = inode.dataAt() + entryBytes - 1 & -entryBytes;
        volume.require(at, count * entryBytes, "chunks");
        ExtentMap.Builder map = new ExtentMap.Builder();
        for (long first = 0; first < count; first += BATCH) {
            int here = (int) Math.min(BATCH, count - first);
            StructReader in = volume.struct(at + first * entryBytes, here * entryBytes, "chunks");
            for (int i = 0; i < here; i++) {
                int entry = i * entryBytes;
                long block = in.u32(entry + (indexes ? 4 : 0));
                if (block == HOLE) {
                    continue;
                }
                in.require(
                        !indexes || in.u16(entry + 2) == 0,
                        "device of a chunk",
                        entry + 2,
                        "this one",
                        "another, which is recognised and not read");
                long offset = (first + i) * chunk;
                long length = Math.min(chunk, inode.size() - offset);
                volume.require(volume.position(block), length, "chunk");
                map.add(offset, length, volume.position(block));
            }
        }
        return map.build();
    }
}
