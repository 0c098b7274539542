package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.manifest.PlaceSketch;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Which blocks of a disk hold data, and the sketch of what lies where: for the disk in a container what
 * {@link UploadMap} is for a raw upload, with the same sketch. A bit for each 4 KiB, in pages, so that a disk of many TiB
 * with little on it takes little memory.
 */
final class DiskBlocks implements ZeroBlocks {
    private static final int BLOCK = UploadMap.BLOCK_BYTES;

    /** What one word of the map tells of. */
    static final int WORD_BYTES = Long.SIZE * BLOCK;

    private static final int PAGE_WORDS = 512;
    private static final int TASK_WORDS = 8;

    private final long size;
    private final long[] @Nullable [] pages;
    private final List<Sample> samples = new ArrayList<>();

    private record Sample(long block, int hash) {}

    /** What a worker found in a range of the disk. */
    private record Found(long firstWord, long[] words, List<Sample> samples) {}

    private DiskBlocks(long size) {
        this(size, new long[pages(size)][]);
    }

    private DiskBlocks(long size, long[] @Nullable [] pages) {
        this.size = size;
        this.pages = pages;
    }

    private static int pages(long size) {
        return (int) (size / WORD_BYTES / PAGE_WORDS) + 1;
    }

    /** Notes which blocks hold data while bytes pass by, from the first on. Takes no sketch. */
    static final class Builder {
        private long[] @Nullable [] pages = new long[1][];
        private long size;

        /** Adds the next {@value #WORD_BYTES} bytes, or the last. */
        void add(byte[] bytes, int length) {
            if (size % WORD_BYTES != 0) {
                throw new IllegalStateException("bytes behind the last ones, at " + size);
            }
            int needed = pages(size);
            if (needed > pages.length) {
                pages = Arrays.copyOf(pages, Math.max(needed, 2 * pages.length));
            }
            long word = dataBlocks(bytes, length);
            if (word != 0) {
                setWord(pages, size / WORD_BYTES, word);
            }
            size += length;
        }

        /** How many bytes were added. */
        long size() {
            return size;
        }

        DiskBlocks build() {
            return new DiskBlocks(size, Arrays.copyOf(pages, pages(size)));
        }
    }

    /** A bit for each block that is not all zeros. */
    private static long dataBlocks(byte[] bytes, int length) {
        long word = 0;
        for (int at = 0; at < length; at += BLOCK) {
            if (!UploadMap.isZero(bytes, at, Math.min(BLOCK, length - at))) {
                word |= 1L << at / BLOCK;
            }
        }
        return word;
    }

    /**
     * Reads a disk, but for its holes.
     *
     * @param mostBytes how many bytes to read at the most
     * @throws FormatException when it holds more, or cannot be read in full
     */
    static DiskBlocks read(
            ByteSource disk, long mostBytes, ExecutorService workers, int workerCount)
            throws IOException {
        DiskBlocks blocks = new DiskBlocks(disk.length());
        List<Future<Found>> reading = new ArrayList<>();
        long read = 0;
        for (long at = 0; at < disk.length(); ) {
            ByteSource.Run run = disk.runAt(at);
            if (run.hole()) {
                long end = at + run.length();
                long skipped = end == disk.length() ? end : end - end % WORD_BYTES;
                if (skipped > at) {
                    at = skipped;
                    continue;
                }
            }
            long from = at;
            long to = Math.min(disk.length(), from + TASK_WORDS * WORD_BYTES);
            read += to - from;
            if (read > mostBytes) {
                throw new FormatException(
                        "a disk with data of at most " + mostBytes + " bytes expected, found more");
            }
            reading.add(workers.submit(() -> look(disk, from, to)));
            if (reading.size() == 2 * workerCount) {
                blocks.take(reading);
            }
            at = to;
        }
        blocks.take(reading);
        return blocks;
    }

    private void take(List<Future<Found>> reading) throws IOException {
        for (Found found : Workers.results(reading)) {
            for (int i = 0; i < found.words.length; i++) {
                if (found.words[i] != 0) {
                    setWord(pages, found.firstWord + i, found.words[i]);
                }
            }
            int room = PlaceSketch.MAX_SAMPLES - samples.size();
            samples.addAll(found.samples.subList(0, Math.min(room, found.samples.size())));
        }
        reading.clear();
    }

    private static Found look(ByteSource disk, long from, long to) throws IOException {
        long[] words = new long[(int) Math.ceilDiv(to - from, WORD_BYTES)];
        List<Sample> samples = new ArrayList<>();
        byte[] bytes = new byte[WORD_BYTES];
        for (int word = 0; word < words.length; word++) {
            long start = from + (long) word * WORD_BYTES;
            int length = (int) Math.min(WORD_BYTES, to - start);
            disk.readFully(start, ByteBuffer.wrap(bytes, 0, length));
            long data = dataBlocks(bytes, length);
            words[word] = data;
            for (int at = 0; at < length; at += BLOCK) {
                long block = (start + at) / BLOCK;
                if ((data & 1L << at / BLOCK) != 0 && PlaceSketch.samples(block)) {
                    int part = Math.min(BLOCK, length - at);
                    samples.add(new Sample(block, UploadMap.crc(ByteBuffer.wrap(bytes, at, part))));
                }
            }
        }
        return new Found(from / WORD_BYTES, words, samples);
    }

    PlaceSketch sketch() {
        return new PlaceSketch(
                samples.stream().mapToLong(Sample::block).toArray(),
                samples.stream().mapToInt(Sample::hash).toArray());
    }

    @Override
    public boolean isZeroBlock(long offset) {
        long block = offset / BLOCK;
        return (word(block >>> 6) & 1L << block) == 0;
    }

    @Override
    public long endOfRun(long offset) {
        boolean zero = isZeroBlock(offset);
        long blocks = Math.ceilDiv(size, BLOCK);
        long block = offset / BLOCK + 1;
        while (block < blocks) {
            long[] page = pages[(int) (block / Long.SIZE / PAGE_WORDS)];
            if (page == null && zero) {
                block = (block / Long.SIZE / PAGE_WORDS + 1) * PAGE_WORDS * Long.SIZE;
                continue; // A page of zeros.
            }
            long word = word(block >>> 6);
            long differing = (zero ? word : ~word) >>> block;
            if (differing != 0) {
                block += Long.numberOfTrailingZeros(differing);
                break;
            }
            block = (block | 63) + 1;
        }
        return Math.min(size, block * BLOCK);
    }

    private long word(long index) {
        long[] page = pages[(int) (index / PAGE_WORDS)];
        return page == null ? 0 : page[(int) (index % PAGE_WORDS)];
    }

    private static void setWord(long[] @Nullable [] pages, long index, long word) {
        int page = (int) (index / PAGE_WORDS);
        long[] words = pages[page];
        if (words == null) {
            words = new long[PAGE_WORDS];
            pages[page] = words;
        }
        words[(int) (index % PAGE_WORDS)] = word;
    }
}
