package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.filesystem.SoftCache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Metadata blocks, decoded, with those in mind that were used last. "Packing Metadata". Safe for use by many threads,
 * one after the other.
 */
final class MetadataBlocks {
    /** What each block but the last of a table decodes to. */
    static final int BLOCK_BYTES = 8192;

    private static final int HEADER_BYTES = 2;
    private static final int PLAIN = 0x8000;

    /** 8 MiB. */
    private static final int MAX_KEPT = 1024;

    private final ByteSource volume;
    private final SquashfsSuperblock superblock;
    private final long end;
    private final SoftCache<Long, Block> kept = new SoftCache<>(MAX_KEPT);

    /**
     * A metadata block.
     *
     * @param bytes decoded, from 1 to {@link #BLOCK_BYTES}; not to be changed
     * @param next where the block behind it begins
     */
    record Block(byte[] bytes, long next) {}

    MetadataBlocks(ByteSource volume, SquashfsSuperblock superblock) {
        this.volume = volume;
        this.superblock = superblock;
        this.end = superblock.end(volume);
    }

    /** Whether {@link #read} need not decode. */
    synchronized boolean isKept(long position) {
        return kept.get(position) != null;
    }

    /**
     * @param position of the block's header in the volume
     */
    synchronized Block read(long position) throws IOException {
        Block block = kept.get(position);
        if (block == null) {
            block = decode(position);
            kept.put(position, block);
        }
        return block;
    }

    /** Bytes of the volume as they are. */
    ByteBuffer raw(long position, int length, String what) throws IOException {
        if (position < SquashfsSuperblock.LENGTH || position > end - length) {
            throw new FormatException(
                    what
                            + " at "
                            + position
                            + ": "
                            + length
                            + " bytes expected behind the superblock and before "
                            + end);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        volume.readFully(position, bytes);
        return bytes.flip();
    }

    private Block decode(long position) throws IOException {
        int header = raw(position, HEADER_BYTES, "metadata block").getShort() & 0xffff;
        int length = header & ~PLAIN;
        if (length == 0 || length > BLOCK_BYTES) {
            throw new FormatException(
                    "metadata block at "
                            + position
                            + ": from 1 to "
                            + BLOCK_BYTES
                            + " bytes expected, found "
                            + length);
        }
        byte[] stored = raw(position + HEADER_BYTES, length, "metadata block").array();
        return new Block(
                (header & PLAIN) != 0 ? stored : decode(position, stored),
                position + HEADER_BYTES + length);
    }

    private byte[] decode(long position, byte[] stored) throws FormatException {
        byte[] bytes = new byte[BLOCK_BYTES];
        int length;
        try {
            length = superblock.decoder().decode(stored, bytes);
        } catch (FormatException e) {
            throw new FormatException("metadata block at " + position + ": " + e.getMessage(), e);
        }
        if (length == 0) {
            throw new FormatException("metadata block at " + position + ": it is empty");
        }
        return length == BLOCK_BYTES ? bytes : Arrays.copyOf(bytes, length);
    }
}
