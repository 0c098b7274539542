package mirage.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * zstd frames (RFC 8878) in one call, of heap and direct buffers. A frame tells its content's size and carries no
 * checksum: whoever stores it has one around it.
 *
 * <p>The native contexts are pooled, not kept by thread: readers are virtual threads, of which there may be thousands,
 * each living for one request.
 */
public final class Zstd {
    /** Above it zstd wants several hundred MiB of memory. */
    public static final int MAX_LEVEL = 19;

    private static final ContextPool<Compressor> COMPRESSORS = new ContextPool<>(Compressor::new);
    private static final ContextPool<ZstdDecompressCtx> DECOMPRESSORS =
            new ContextPool<>(ZstdDecompressCtx::new);

    private Zstd() {}

    /**
     * The bytes between position and limit as one frame, or as they are when zstd does not make them fewer. So the
     * result is as long as the source if and only if it is stored as it is.
     *
     * @param source left as it is
     * @param level from 1, fast, to {@value #MAX_LEVEL}, small
     * @return an array of exactly the result
     */
    public static byte[] compress(ByteBuffer source, int level) {
        if (level < 1 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("zstd level " + level);
        }
        if (source.remaining() > 1) {
            Compressor compressor = COMPRESSORS.take();
            byte[] compressed = compressor.compress(source, level);
            COMPRESSORS.giveBack(compressor);
            if (compressed != null) {
                return compressed;
            }
        }
        return copyOf(source);
    }

    /**
     * Reverses {@link #compress}. Never writes more than {@code length} bytes, whatever the frame says.
     *
     * @param object named in messages, with {@code offset}
     * @param stored left as it is
     * @param length of the content, as it was written down beside the stored bytes
     * @return a read-only heap buffer of exactly the content
     * @throws CorruptBlobException when the stored bytes are no frame of that length
     */
    public static ByteBuffer decompress(String object, long offset, ByteBuffer stored, int length)
            throws CorruptBlobException {
        byte[] content =
                stored.remaining() == length
                        ? copyOf(stored)
                        : decompressFrame(object, offset, stored, length);
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    private static byte[] decompressFrame(String object, long offset, ByteBuffer stored, int length)
            throws CorruptBlobException {
        byte[] content = new byte[length];
        ZstdDecompressCtx context = DECOMPRESSORS.take();
        try {
            int found = decompressFrame(context, stored, content);
            if (found != length) {
                throw new CorruptBlobException(
                        object,
                        offset,
                        "zstd frame of " + length + " bytes expected, found one of " + found);
            }
        } catch (ZstdException e) {
            CorruptBlobException corrupt =
                    new CorruptBlobException(
                            object,
                            offset,
                            "zstd frame expected, decoder found: " + e.getMessage());
            corrupt.initCause(e);
            throw corrupt;
        } finally {
            DECOMPRESSORS.giveBack(context);
        }
        return content;
    }

    private static int decompressFrame(
            ZstdDecompressCtx context, ByteBuffer stored, byte[] content) {
        if (stored.isDirect()) {
            return context.decompressDirectByteBufferToByteArray(
                    content, 0, content.length, stored, stored.position(), stored.remaining());
        }
        if (stored.hasArray()) {
            return context.decompressByteArray(
                    content,
                    0,
                    content.length,
                    stored.array(),
                    stored.arrayOffset() + stored.position(),
                    stored.remaining());
        }
        byte[] copy = copyOf(stored);
        return context.decompressByteArray(content, 0, content.length, copy, 0, copy.length);
    }

    private static byte[] copyOf(ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.get(source.position(), copy);
        return copy;
    }

    /** A context with room for its result: zstd wants source and target of the same kind. */
    private static final class Compressor implements AutoCloseable {
        private static final long DESTINATION_TOO_SMALL = 70;

        private final ZstdCompressCtx context = new ZstdCompressCtx();
        private ByteBuffer direct = ByteBuffer.allocateDirect(0);

        /** Null when the result would not be smaller than the source. */
        byte @Nullable [] compress(ByteBuffer source, int level) {
            context.setLevel(level);
            try {
                return source.isDirect() ? compressDirect(source) : compressHeap(source);
            } catch (ZstdException e) {
                if (e.getErrorCode() == DESTINATION_TOO_SMALL) {
                    return null;
                }
                throw e;
            }
        }

        private byte[] compressDirect(ByteBuffer source) {
            int room = source.remaining() - 1;
            if (direct.capacity() < room) {
                direct = ByteBuffer.allocateDirect(room);
            }
            int length =
                    context.compressDirectByteBuffer(
                            direct, 0, room, source, source.position(), source.remaining());
            byte[] compressed = new byte[length];
            direct.get(0, compressed);
            return compressed;
        }

        private byte[] compressHeap(ByteBuffer source) {
            byte[] from = source.hasArray() ? source.array() : copyOf(source);
            int start = source.hasArray() ? source.arrayOffset() + source.position() : 0;
            byte[] room = new byte[source.remaining() - 1];
            int length =
                    context.compressByteArray(
                            room, 0, room.length, from, start, source.remaining());
            return Arrays.copyOf(room, length);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
