package mirage.delta;

/** A stretch of what a delta makes. */
public sealed interface DeltaRun {
    /** In bytes, greater than 0. */
    long length();

    /** Zeros. */
    record Zero(long length) implements DeltaRun {
        public Zero {
            requirePositive(length);
        }
    }

    /** Bytes of the base. */
    record Copy(long baseOffset, long length) implements DeltaRun {
        public Copy {
            requirePositive(length);
            if (baseOffset < 0 || baseOffset > Long.MAX_VALUE - length) {
                throw new IllegalArgumentException("copy from " + baseOffset);
            }
        }
    }

    /**
     * Bytes that the delta brings.
     *
     * @param contentOffset in all that it brings, in the order of its frames
     */
    record Fresh(long contentOffset, long length) implements DeltaRun {
        public Fresh {
            requirePositive(length);
            if (contentOffset < 0 || contentOffset > Long.MAX_VALUE - length) {
                throw new IllegalArgumentException("content at " + contentOffset);
            }
        }
    }

    private static void requirePositive(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("run of length " + length);
        }
    }
}
