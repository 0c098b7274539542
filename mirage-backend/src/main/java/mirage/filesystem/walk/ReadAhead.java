package mirage.filesystem.walk;

import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records of files, all of one size, that were read in the order of the volume, to be asked for in another one: their
 * numbers, ascending, and their bytes, one behind the other. For one thread.
 */
public final class ReadAhead {
    /** What is read at once: 64 Ki inodes of 256 bytes. */
    private static final int MAX_BYTES = 16 << 20;

    private final int recordBytes;
    private long[] numbers = new long[0];
    private byte[] records = new byte[0];

    /** Reads one record. */
    @FunctionalInterface
    public interface Source {
        /**
         * @throws FormatException when there is no such record: it is left for whoever asks for it
         */
        ByteBuffer read(long number) throws IOException;
    }

    /**
     * @param recordBytes size of each record
     */
    public ReadAhead(int recordBytes) {
        this.recordBytes = recordBytes;
    }

    /** How many records are taken at once. */
    public int capacity() {
        return MAX_BYTES / recordBytes;
    }

    /**
     * Reads records in place of those that were read before.
     *
     * @param wanted at most {@link #capacity()}, in an order that follows the volume's
     */
    public void fill(long[] wanted, Source source) throws IOException {
        long[] sorted = wanted.clone();
        Arrays.sort(sorted);
        byte[] copies = new byte[sorted.length * recordBytes];
        numbers = new long[0];
        int count = 0;
        for (long number : sorted) {
            try {
                source.read(number).get(0, copies, count * recordBytes, recordBytes);
                sorted[count++] = number;
            } catch (FormatException e) {
                // told when the walk comes to it
                continue;
            }
        }
        numbers = Arrays.copyOf(sorted, count);
        records = copies;
    }

    /** A record in the byte order of {@link ByteBuffer}, or null when it was not read. */
    public @Nullable ByteBuffer find(long number) {
        int index = Arrays.binarySearch(numbers, number);
        return index < 0 ? null : ByteBuffer.wrap(records).slice(index * recordBytes, recordBytes);
    }
}
