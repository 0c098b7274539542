package mirage.filesystem.btrfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** XXH64 with seed 0. "xxHash fast digest algorithm", github.com/Cyan4973/xxHash, {@code doc/xxhash_spec.md}. */
final class XxHash64 {
    private static final long PRIME_1 = 0x9e3779b185ebca87L;
    private static final long PRIME_2 = 0xc2b2ae3d27d4eb4fL;
    private static final long PRIME_3 = 0x165667b19e3779f9L;
    private static final long PRIME_4 = 0x85ebca77c2b2ae63L;
    private static final long PRIME_5 = 0x27d4eb2f165667c5L;
    private static final int STRIPE_BYTES = 32;

    /** Modulo 2^64. */
    private static final long SUM_OF_PRIMES_1_AND_2 = 0x60ea27eeadc0b5d6L;

    private XxHash64() {}

    /**
     * @param bytes from position 0 to the limit
     */
    static long of(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice(0, bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
        int length = in.limit();
        long hash = (length < STRIPE_BYTES ? PRIME_5 : stripes(in)) + length;
        while (in.remaining() >= Long.BYTES) {
            hash = Long.rotateLeft(hash ^ round(0, in.getLong()), 27) * PRIME_1 + PRIME_4;
        }
        if (in.remaining() >= Integer.BYTES) {
            long lane = Integer.toUnsignedLong(in.getInt());
            hash = Long.rotateLeft(hash ^ lane * PRIME_1, 23) * PRIME_2 + PRIME_3;
        }
        while (in.hasRemaining()) {
            hash = Long.rotateLeft(hash ^ (in.get() & 0xff) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    /** Takes all whole stripes, each of four lanes with an accumulator of its own. */
    private static long stripes(ByteBuffer in) {
        long[] accumulators = {SUM_OF_PRIMES_1_AND_2, PRIME_2, 0, -PRIME_1};
        while (in.remaining() >= STRIPE_BYTES) {
            for (int lane = 0; lane < 4; lane++) {
                accumulators[lane] = round(accumulators[lane], in.getLong());
            }
        }
        long hash =
                Long.rotateLeft(accumulators[0], 1)
                        + Long.rotateLeft(accumulators[1], 7)
                        + Long.rotateLeft(accumulators[2], 12)
                        + Long.rotateLeft(accumulators[3], 18);
        for (long accumulator : accumulators) {
            hash = (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
        }
        return hash;
    }

    private static long round(long accumulator, long lane) {
        return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
    }
}
