package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.FileMapping;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where the clusters of a value lie: pairs of a length and a difference to the last place, each as many bytes as a
 * header in front of them says. A pair without a place is a hole. "Data Runs" of the NTFS documentation.
 */
final class NtfsRunList {
    private static final int MOST_BYTES = 8;

    private NtfsRunList() {}

    /**
     * Adds the runs of one part of a value.
     *
     * @param first cluster of the value that the part places
     * @return the cluster behind the last run, of the value
     * @throws FormatException when the pairs make no sense; those before it are added
     */
    static long read(ByteBuffer runs, long first, FileMapping mapping) throws IOException {
        long next = first;
        long place = 0;
        int at = 0;
        while (at < runs.limit() && runs.get(at) != 0) {
            int lengthBytes = runs.get(at) & 0xf;
            int placeBytes = runs.get(at) >> 4 & 0xf;
            if (lengthBytes == 0
                    || lengthBytes > MOST_BYTES
                    || placeBytes > MOST_BYTES
                    || at + 1 + lengthBytes + placeBytes > runs.limit()) {
                throw new FormatException(
                        "a run of clusters at " + at + " that makes no sense, behind " + next);
            }
            long length = number(runs, at + 1, lengthBytes);
            if (length <= 0 || length > Long.MAX_VALUE - next) {
                throw new FormatException("a run of " + length + " clusters behind " + next);
            }
            if (placeBytes > 0) {
                place += number(runs, at + 1 + lengthBytes, placeBytes);
                mapping.add(next, length, place, true);
            }
            next += length;
            at += 1 + lengthBytes + placeBytes;
        }
        return next;
    }

    /** With a sign, little endian. */
    private static long number(ByteBuffer bytes, int at, int count) {
        long value = bytes.get(at + count - 1);
        for (int i = count - 2; i >= 0; i--) {
            value = value << 8 | bytes.get(at + i) & 0xff;
        }
        return value;
    }
}
