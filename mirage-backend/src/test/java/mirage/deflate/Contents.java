package mirage.deflate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Content of several kinds that follows from a seed, so that {@code golden/deflate/make.py} makes the same: numbers are
 * those of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
enum Contents {
    /** Nothing but zeros. */
    ZEROS {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            Arrays.fill(bytes, from, to, (byte) 0);
        }
    },
    /** Nothing can be gained. */
    RANDOM {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            for (int at = from; at < to; at++) {
                bytes[at] = (byte) numbers.below(256);
            }
        }
    },
    /** Words of a small vocabulary. */
    TEXT {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            for (int at = from; at < to; ) {
                byte[] word = WORDS[numbers.below(1 + numbers.below(WORDS.length))];
                int part = Math.min(word.length, to - at);
                System.arraycopy(word, 0, bytes, at, part);
                at += part;
                if (at < to) {
                    bytes[at++] = (byte) (numbers.below(12) == 0 ? '\n' : ' ');
                }
            }
        }
    },
    /** A run of up to 600 bytes again and again, now and then with a byte that differs. */
    REPEATING {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            int period = 1 + numbers.below(1 + numbers.below(600));
            for (int at = from; at < to; at++) {
                boolean differs = at - from < period || numbers.below(100) == 0;
                bytes[at] = differs ? (byte) numbers.below(256) : bytes[at - period];
            }
        }
    },
    /** Records of 24 bytes with counters, as tables in programs and file systems have them. */
    RECORDS {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            int counter = numbers.below(1 << 24);
            for (int at = from; at < to; at++) {
                int place = (at - from) % 24;
                counter += place == 0 ? numbers.below(64) : 0;
                bytes[at] =
                        (byte)
                                (place < 4
                                        ? counter >>> 8 * place
                                        : place < 8 ? numbers.below(4) : place == 12 ? 0x41 : 0);
            }
        }
    },
    /** Bytes each half as frequent as the next: codes reach their limits. */
    STEEP {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            for (int at = from; at < to; at++) {
                int tail = Long.numberOfTrailingZeros(numbers.next());
                bytes[at] = (byte) (tail < 2 ? tail : tail * 8 + numbers.below(2));
            }
        }
    },
    /** Few different bytes: many short matches. */
    FEW {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            int different = 2 + numbers.below(5);
            for (int at = from; at < to; at++) {
                bytes[at] = (byte) ('a' + numbers.below(different));
            }
        }
    },
    /** Pieces of the others, and copies from far back. */
    MIXED {
        @Override
        void fill(byte[] bytes, int from, int to, Numbers numbers) {
            for (int at = from; at < to; ) {
                int end = Math.min(to, at + 1 + numbers.below(1 << 1 + numbers.below(15)));
                int choice = numbers.below(10);
                if (choice < MIXED.ordinal()) {
                    values()[choice].fill(bytes, at, end, numbers);
                } else {
                    int back = at == from ? 0 : 1 + numbers.below(at - from);
                    for (int to2 = at; to2 < end; to2++) {
                        bytes[to2] = back == 0 ? 7 : bytes[to2 - back];
                    }
                }
                at = end;
            }
        }
    };

    private static final byte[][] WORDS = words();

    abstract void fill(byte[] bytes, int from, int to, Numbers numbers);

    byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        fill(bytes, 0, length, new Numbers(seed));
        return bytes;
    }

    private static byte[][] words() {
        Numbers numbers = new Numbers(1);
        byte[][] words = new byte[300][];
        for (int index = 0; index < words.length; index++) {
            StringBuilder word = new StringBuilder();
            int length = 1 + numbers.below(10);
            for (int letter = 0; letter < length; letter++) {
                word.append((char) ('a' + numbers.below(1 + numbers.below(26))));
            }
            words[index] = word.toString().getBytes(StandardCharsets.US_ASCII);
        }
        return words;
    }

    /** SplitMix64. */
    static final class Numbers {
        private long state;

        Numbers(long seed) {
            state = seed;
        }

        long next() {
            state += 0x9e3779b97f4a7c15L;
            long mixed = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
            return mixed ^ mixed >>> 31;
        }

        /** From 0 to a limit of at most 2^31 - 1, exclusive. */
        int below(int limit) {
            return (int) ((next() >>> 33) * limit >>> 31);
        }
    }
}
