package mirage.filesystem.ext4;

import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * The names in a directory. Kernel documentation, "Directory Entries". All blocks are read one after the other: those
 * of a hash tree are made to look like blocks without entries, so that this finds the names of both kinds. An entry
 * that makes no sense hides the rest of its block.
 *
 * <p>Names of an encrypted directory are shown as base64url, without padding, of the bytes on disk: these may hold any
 * octet, and the result is a name that needs no key, loses nothing and cannot be confused with a path.
 */
final class Ext4Directory {
    private static final int ENTRY_HEADER_BYTES = 8;
    private static final int MIN_ENTRY_BYTES = 12;
    private static final int MAX_SHORT_BLOCK = 1 << 15;
    private static final int TAIL_BYTES = 12;
    private static final int TAIL_TYPE = 0xde;
    private static final int INLINE_PARENT_BYTES = 4;
    private static final int READ_BYTES = 1 << 17;
    private static final Base64.Encoder ESCAPE = Base64.getUrlEncoder().withoutPadding();

    private final Ext4Volume volume;
    private final Ext4Inode inode;
    private final DirectoryListing.Builder names;

    private Ext4Directory(Ext4Volume volume, Ext4Inode inode, int room) {
        this.volume = volume;
        this.inode = inode;
        this.names = new DirectoryListing.Builder(volume, inode.number(), room);
    }

    /**
     * @param content of the directory
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(Ext4Volume volume, Ext4Inode inode, Content content, int room)
            throws IOException {
        Ext4Directory directory = new Ext4Directory(volume, inode, room);
        switch (content) {
            case Content.Inline inline -> directory.readInline(inline.bytes());
            case Content.Mapped mapped -> directory.readBlocks(mapped.map());
            case Content.Encoded _ -> throw new IllegalArgumentException("ext4 encodes nothing");
        }
        return directory.names.build();
    }

    static RawName escaped(byte[] cipherText) {
        return RawName.of(ESCAPE.encode(cipherText));
    }

    /** Kernel documentation, "Inline Directories": the parent, then entries in two areas that they do not span. */
    private void readInline(RawName content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
        int first = Math.min(Ext4Inode.MAP_BYTES, bytes.limit());
        readEntries(bytes, 0, INLINE_PARENT_BYTES, first);
        readEntries(bytes, 0, first, bytes.limit());
    }

    private void readBlocks(ExtentMap map) throws IOException {
        int blockSize = volume.blockSize();
        long end = 0;
        for (int i = 0; i < map.runCount() && !names.isFull(); i++) {
            ExtentMap.Run run = map.run(i);
            if (run.offset() != end) {
                names.damage(end, "a hole up to " + run.offset());
            }
            end = run.end();
            for (long done = 0; done < run.length() && !names.isFull(); done += READ_BYTES) {
                int length = (int) Math.min(READ_BYTES, run.length() - done);
                ByteBuffer blocks = volume.read(run.target() + done, length);
                for (int at = 0; at < length; at += blockSize) {
                    ByteBuffer block = blocks.slice(at, blockSize).order(ByteOrder.LITTLE_ENDIAN);
                    verify(block, run.offset() + done + at);
                    readEntries(block, run.offset() + done + at, 0, blockSize);
                }
            }
        }
        if (!names.isFull() && end < inode.size()) {
            names.damage(end, "a hole up to the end at " + inode.size());
        }
    }

    private void readEntries(ByteBuffer bytes, long base, int from, int to) throws IOException {
        for (int at = from; at < to && !names.isFull(); ) {
            int length = to - at < ENTRY_HEADER_BYTES ? 0 : recordLength(bytes, at);
            int nameLength = length == 0 ? 0 : bytes.get(at + 6) & 0xff;
            if (length < MIN_ENTRY_BYTES
                    || length % 4 != 0
                    || length > to - at
                    || nameLength + ENTRY_HEADER_BYTES > length) {
                names.damage(
                        base + at,
                        "entry expected within "
                                + (to - at)
                                + " bytes, found rec_len "
                                + length
                                + " and name_len "
                                + nameLength);
                return;
            }
            long target = Integer.toUnsignedLong(bytes.getInt(at));
            if (target != 0) {
                byte[] name = new byte[nameLength];
                bytes.get(at + ENTRY_HEADER_BYTES, name);
                add(base + at, target, name);
            }
            at += length;
        }
    }

    /** In blocks of 64 KiB a length that needs 17 bits puts the upper two in the lower two, which else are zero. */
    private int recordLength(ByteBuffer bytes, int at) {
        int stored = Short.toUnsignedInt(bytes.getShort(at + 4));
        if (volume.blockSize() <= MAX_SHORT_BLOCK) {
            return stored;
        }
        if (stored == 0xffff || stored == 0) {
            return volume.blockSize();
        }
        return stored & 0xfffc | (stored & 3) << 16;
    }

    private void add(long at, long target, byte[] name) throws IOException {
        boolean cipherText =
                inode.isEncrypted() && name.length > 0 && !DirectoryListing.isOwnOrParent(name);
        names.add(at, target, cipherText ? escaped(name).toBytes() : name);
    }

    private void verify(ByteBuffer block, long at) {
        if (!volume.superblock().checksumsKnown()) {
            return;
        }
        CRC32C crc = volume.checksums().seeded(inode.number(), inode.generation());
        int table = inode.isIndexed() ? hashTable(block, at) : 0;
        int tail = block.limit() - TAIL_BYTES;
        int checksumAt;
        if (table != 0) {
            int limit = Short.toUnsignedInt(block.getShort(table));
            int count = Short.toUnsignedInt(block.getShort(table + 2));
            int tableTail = table + limit * 8;
            if (count > limit || tableTail > block.limit() - 8) {
                names.damage(at, "hash table expected within the block, found limit " + limit);
                return;
            }
            crc.update(block.slice(0, table + count * 8));
            crc.update(block.slice(tableTail, 4));
            crc.update(new byte[4]);
            checksumAt = tableTail + 4;
        } else if (block.getInt(tail) == 0
                && block.getInt(tail + 4) == (TAIL_TYPE << 24 | TAIL_BYTES)) {
            crc.update(block.slice(0, tail));
            checksumAt = tail + ENTRY_HEADER_BYTES;
        } else {
            names.damage(at, "checksum expected at the end of the block, found none");
            return;
        }
        int computed = Ext4Checksums.register(crc);
        int stored = block.getInt(checksumAt);
        if (computed != stored) {
            volume.warn(
                    Ext4Checksums.mismatch(
                            "directory inode " + inode.number() + " at " + at, computed, stored));
        }
    }

    /** Where the hash table of a block begins, 0 in a block of names. Kernel documentation, "Hash Tree Directories". */
    private int hashTable(ByteBuffer block, long at) {
        if (at == 0) {
            return 0x20;
        }
        return block.getInt(0) == 0 && recordLength(block, 0) == block.limit() ? 0x8 : 0;
    }
}
