package mirage.filesystem.squashfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the blocks of one file are stored: one behind the other, each with its own length; the rest, in a block that it
 * shares with others, if it has one. "Data and Fragment Blocks". Immutable.
 */
final class SquashfsBlocks {
    /** Of what is no regular file. */
    static final SquashfsBlocks NONE =
            new SquashfsBlocks(1, 0, 0, new Tail(SquashfsInode.NONE, 0), new int[0]);

    /** Set in the length of a block that is stored as it is. */
    static final int PLAIN = 1 << 24;

    /** 16 MiB of lengths: a file of 512 GiB in blocks of 128 KiB. */
    private static final int MAX_BLOCKS = 4 << 20;

    private static final int PIECE_WORDS = 2048;

    /** Blocks for each place that is kept. */
    private static final int PLACE_EVERY = 64;

    private final int blockSize;
    private final long start;
    private final long fileSize;
    private final Tail tail;
    private final int[] words;

    /** Where every 64th block begins. */
    private final long[] places;

    /**
     * Where the rest of a file is.
     *
     * @param fragment index of the shared block, {@link SquashfsInode#NONE} without one
     * @param offset in that block, decoded
     */
    record Tail(long fragment, long offset) {
        boolean isPresent() {
            return fragment != SquashfsInode.NONE;
        }
    }

    private SquashfsBlocks(int blockSize, long start, long fileSize, Tail tail, int[] words) {
        this.blockSize = blockSize;
        this.start = start;
        this.fileSize = fileSize;
        this.tail = tail;
        this.words = words;
        this.places = new long[(words.length + PLACE_EVERY - 1) / PLACE_EVERY];
        long place = start;
        for (int i = 0; i < words.length; i++) {
            if (i % PLACE_EVERY == 0) {
                places[i / PLACE_EVERY] = place;
            }
            place += storedBytes(words[i]);
        }
    }

    /** Reads the lengths that follow a file's inode. */
    static SquashfsBlocks read(
            MetadataReader in, int blockSize, long start, long fileSize, Tail tail)
            throws IOException {
        long count = fileSize / blockSize;
        if (!tail.isPresent() && fileSize % blockSize != 0) {
            count++;
        }
        if (start < 0 || start > Long.MAX_VALUE / 2 || count > MAX_BLOCKS) {
            throw new FormatException(
                    "a file of up to "
                            + MAX_BLOCKS
                            + " blocks expected, found "
                            + count
                            + " from "
                            + start);
        }
        // Read in pieces: room is taken for what is there, not for what the size claims.
        int[] words = new int[(int) Math.min(count, PIECE_WORDS)];
        for (int done = 0; done < count; ) {
            int piece = (int) Math.min(count - done, PIECE_WORDS);
            ByteBuffer bytes = ByteBuffer.wrap(in.bytes(piece * Integer.BYTES));
            if (done + piece > words.length) {
                words =
                        Arrays.copyOf(
                                words, (int) Math.min(count, Math.max(done + piece, 2L * done)));
            }
            bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words, done, piece);
            done += piece;
        }
        for (int word : words) {
            if (word >>> 25 != 0 || storedBytes(word) > blockSize) {
                throw new FormatException(
                        "a block of up to "
                                + blockSize
                                + " bytes expected, found 0x"
                                + Integer.toHexString(word));
            }
        }
        return new SquashfsBlocks(blockSize, start, fileSize, tail, words);
    }

    static int storedBytes(int word) {
        return word & PLAIN - 1;
    }

    Tail tail() {
        return tail;
    }

    long fileSize() {
        return fileSize;
    }

    int blockSize() {
        return blockSize;
    }

    int count() {
        return words.length;
    }

    /** The stored length of a block and how it is stored; 0 of one that is a hole. */
    int word(int index) {
        return words[index];
    }

    /** Where a block begins in the volume. */
    long place(int index) {
        long place = places[index / PLACE_EVERY];
        for (int i = index - index % PLACE_EVERY; i < index; i++) {
            place += storedBytes(words[i]);
        }
        return place;
    }

    /** How many bytes of the file a block stands for. */
    int length(int index) {
        return (int) Math.min(blockSize, fileSize - (long) index * blockSize);
    }

    /** Bytes of the file in the shared block. */
    int tailLength() {
        return tail.isPresent() ? (int) (fileSize % blockSize) : 0;
    }

    /** Whether all blocks lie in the volume as they are. */
    boolean arePlain() {
        for (int i = 0; i < words.length; i++) {
            if (words[i] != 0 && words[i] != (PLAIN | length(i))) {
                return false;
            }
        }
        return true;
    }

    /** The file's places, if {@link #arePlain}. */
    ExtentMap.Builder plainMap() {
        ExtentMap.Builder map = new ExtentMap.Builder();
        long place = start;
        for (int i = 0; i < words.length; i++) {
            if (words[i] != 0) {
                map.add((long) i * blockSize, length(i), place);
                place += storedBytes(words[i]);
            }
        }
        return map;
    }

    /** Where the blocks begin, if there are any. */
    long start() {
        return start;
    }

    /** Bytes that the blocks take in the volume. */
    long storedLength() {
        return words.length == 0
                ? 0
                : place(words.length - 1) + storedBytes(words[words.length - 1]) - start;
    }
}
