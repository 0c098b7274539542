package mirage.bytes;

import java.nio.ByteBuffer;

/** Sources that need no file. */
public final class ByteSources {
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

    private ByteSources() {}

    /** The bytes of an array, which must not change afterwards. */
    public static ByteSource of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** The bytes between position and limit of a buffer, which must not change afterwards. */
    public static ByteSource of(ByteBuffer bytes) {
        return new BufferSource(bytes.slice());
    }

    /** A run of zeros, known to be a hole. */
    public static ByteSource zeros(long length) {
        return new ZeroSource(length);
    }

    /** Writes {@code count} zeros to {@code target}. */
    public static void putZeros(ByteBuffer target, int count) {
        for (int left = count; left > 0; ) {
            ByteBuffer zeros = ZEROS.duplicate().limit(Math.min(left, ZEROS.capacity()));
            left -= zeros.remaining();
            target.put(zeros);
        }
    }

    private record BufferSource(ByteBuffer bytes) implements ByteSource {
        @Override
        public long length() {
            return bytes.capacity();
        }

        @Override
        public int readAt(long position, ByteBuffer target) {
            if (position >= bytes.capacity()) {
                return 0;
            }
            int count = (int) Math.min(target.remaining(), bytes.capacity() - position);
            target.put(target.position(), bytes, (int) position, count);
            target.position(target.position() + count);
            return count;
        }
    }

    private record ZeroSource(long length) implements ByteSource {
        @Override
        public int readAt(long position, ByteBuffer target) {
            if (position >= length) {
                return 0;
            }
            int count = (int) Math.min(target.remaining(), length - position);
            putZeros(target, count);
            return count;
        }

        @Override
        public Run runAt(long position) {
            return new Run(length - position, true);
        }
    }
}
