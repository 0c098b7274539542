package mirage.ingest;

import mirage.manifest.PlaceSketch;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What was seen of an upload while it came in, so that it need not be read again: which 4 KiB blocks are zeros, the
 * CRC32C of each stretch of 256 KiB, and the sketch of what lies where. One bit for 4 KiB and 4 bytes for 256 KiB:
 * 48 MiB for an image of 1 TiB.
 */
final class UploadMap implements ZeroBlocks {
    static final int BLOCK_BYTES = PlaceSketch.BLOCK_BYTES;
    static final int STRETCH_BYTES = 256 << 10;

    private static final byte[] ZEROS = new byte[BLOCK_BYTES];

    private final long size;
    private final long[] data;
    private final int[] crcs;
    private final PlaceSketch sketch;

    /**
     * @param data a bit for each block, see {@link UploadMapFormat}
     * @param crcs of the stretches
     */
    UploadMap(long size, long[] data, int[] crcs, PlaceSketch sketch) {
        if (data.length != words(size) || crcs.length != stretches(size)) {
            throw new IllegalArgumentException(
                    crcs.length + " checksums and " + data.length + " words for " + size);
        }
        this.size = size;
        this.data = data;
        this.crcs = crcs;
        this.sketch = sketch;
    }

    long size() {
        return size;
    }

    PlaceSketch sketch() {
        return sketch;
    }

    int[] crcs() {
        return crcs;
    }

    long[] data() {
        return data;
    }

    static long stretches(long size) {
        return size / STRETCH_BYTES + (size % STRETCH_BYTES == 0 ? 0 : 1);
    }

    /** How many words of 64 blocks cover an upload. */
    static long words(long size) {
        return size / BLOCK_BYTES / Long.SIZE + 1;
    }

    /** Expected CRC32C of the stretch that begins at {@code index * STRETCH_BYTES}. */
    int stretchCrc(int index) {
        return crcs[index];
    }

    @Override
    public boolean isZeroBlock(long offset) {
        long block = offset / BLOCK_BYTES;
        return (data[(int) (block >>> 6)] & 1L << block) == 0;
    }

    @Override
    public long endOfRun(long offset) {
        boolean zero = isZeroBlock(offset);
        long blocks = (size + BLOCK_BYTES - 1) / BLOCK_BYTES;
        long block = offset / BLOCK_BYTES + 1;
        while (block < blocks) {
            long word = data[(int) (block >>> 6)];
            long differing = (zero ? word : ~word) >>> block;
            if (differing != 0) {
                block = Math.min(blocks, block + Long.numberOfTrailingZeros(differing));
                break;
            }
            block = Math.min(blocks, (block | 63) + 1);
        }
        return Math.min(size, block * BLOCK_BYTES);
    }

    static boolean isZero(byte[] bytes, int offset, int length) {
        for (int at = offset, end = offset + length; at < end; at += BLOCK_BYTES) {
            int part = Math.min(BLOCK_BYTES, end - at);
            if (Arrays.mismatch(bytes, at, at + part, ZEROS, 0, part) >= 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isZero(ByteBuffer bytes) {
        ByteBuffer zeros = ByteBuffer.wrap(ZEROS);
        for (int at = bytes.position(); at < bytes.limit(); at += BLOCK_BYTES) {
            int part = Math.min(BLOCK_BYTES, bytes.limit() - at);
            if (!bytes.slice(at, part).equals(zeros.slice(0, part))) {
                return false;
            }
        }
        return true;
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Takes the stretches of an upload in order; all but the last are full. */
    static final class Builder {
        private long size;
        private long[] data = new long[64];
        private int[] crcs = new int[64];
        private int stretches;
        private long[] sampleBlocks = new long[64];
        private int[] sampleHashes = new int[64];
        private int samples;

        void add(byte[] bytes, int length) {
            if (size % STRETCH_BYTES != 0) {
                throw new IllegalStateException("a stretch behind the last one, at " + size);
            }
            if (stretches == crcs.length) {
                crcs = Arrays.copyOf(crcs, stretches * 2);
            }
            crcs[stretches++] = crc(ByteBuffer.wrap(bytes, 0, length));
            for (int at = 0; at < length; at += BLOCK_BYTES) {
                int part = Math.min(BLOCK_BYTES, length - at);
                if (!isZero(bytes, at, part)) {
                    addData((size + at) / BLOCK_BYTES, bytes, at, part);
                }
            }
            size += length;
        }

        UploadMap build() {
            return new UploadMap(
                    size,
                    Arrays.copyOf(data, (int) words(size)),
                    Arrays.copyOf(crcs, stretches),
                    new PlaceSketch(
                            Arrays.copyOf(sampleBlocks, samples),
                            Arrays.copyOf(sampleHashes, samples)));
        }

        private void addData(long block, byte[] bytes, int offset, int length) {
            int word = (int) (block >>> 6);
            if (word >= data.length) {
                data = Arrays.copyOf(data, Math.max(word + 1, data.length * 2));
            }
            data[word] |= 1L << block;
            if (PlaceSketch.samples(block) && samples < PlaceSketch.MAX_SAMPLES) {
                if (samples == sampleBlocks.length) {
                    sampleBlocks = Arrays.copyOf(sampleBlocks, samples * 2);
                    sampleHashes = Arrays.copyOf(sampleHashes, samples * 2);
                }
                sampleBlocks[samples] = block;
                sampleHashes[samples++] = crc(ByteBuffer.wrap(bytes, offset, length));
            }
        }
    }
}
