package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.filesystem.SoftCache;
import mirage.filesystem.WorkBudget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Blocks of files, decoded, with those in mind that were used last: many files may share one. Safe for use by many
 * threads, which decode beside one another.
 */
final class DataBlocks {
    private static final int MAX_KEPT_BYTES = 8 << 20;

    private final ByteSource volume;
    private final SquashfsSuperblock superblock;
    private final SoftCache<Key, byte[]> kept;

    /** A block by its place, and by its stored length and how it is stored. */
    private record Key(long place, int word) {}

    DataBlocks(ByteSource volume, SquashfsSuperblock superblock) {
        this.volume = volume;
        this.superblock = superblock;
        this.kept = new SoftCache<>(MAX_KEPT_BYTES / superblock.blockSize());
    }

    /**
     * @param word see {@link SquashfsBlocks#word}; not 0
     * @param work is charged for a block that is decoded, with all that it may hold
     * @return at most the size of a block; not to be changed
     * @throws FormatException when it is damaged or outside the volume
     */
    byte[] read(long place, int word, WorkBudget work) throws IOException {
        Key key = new Key(place, word);
        byte[] block = kept.get(key);
        if (block == null) {
            work.charge((long) SquashfsBlocks.storedBytes(word) + superblock.blockSize());
            block = decode(place, word);
            kept.put(key, block);
        }
        return block;
    }

    private byte[] decode(long place, int word) throws IOException {
        int length = SquashfsBlocks.storedBytes(word);
        if (place < SquashfsSuperblock.LENGTH
                || length > superblock.blockSize()
                || place > superblock.end(volume) - length) {
            throw new FormatException(
                    "squashfs block at " + place + ": " + length + " bytes are not there");
        }
        byte[] stored = new byte[length];
        volume.readFully(place, ByteBuffer.wrap(stored));
        if ((word & SquashfsBlocks.PLAIN) != 0) {
            return stored;
        }
        byte[] block = new byte[superblock.blockSize()];
        try {
            return Arrays.copyOf(block, superblock.decoder().decode(stored, block));
        } catch (FormatException e) {
            throw new FormatException("squashfs block at " + place + ": " + e.getMessage(), e);
        }
    }
}
