package mirage.pack;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Direct buffers of one frame each, handed from writer to writer, because direct memory is given back late when it is
 * left to the collector.
 */
final class FrameBuffers {
    private static final int MAX_IDLE = 8;

    private final int size;
    private final BlockingQueue<ByteBuffer> idle = new ArrayBlockingQueue<>(MAX_IDLE);

    FrameBuffers(int size) {
        this.size = size;
    }

    /** An empty buffer of a frame's size, or larger if need be. */
    ByteBuffer take(int minimum) {
        if (minimum > size) {
            return ByteBuffer.allocate(minimum);
        }
        @Nullable ByteBuffer buffer = idle.poll();
        return buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(size);
    }

    /** Takes a buffer back that its user does not touch any more. */
    void giveBack(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            idle.offer(buffer);
        }
    }
}
