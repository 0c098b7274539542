package mirage.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * zstd frames of bytes that resemble others, which both sides have: a prefix in the words of RFC 8878, section 5, "content-only
 * dictionary". Of a new version of a file little is left.
 */
public final class ZstdAgainst {
    private static final int MIN_WINDOW_LOG = 10;
    private static final int MAX_WINDOW_LOG = 27;
    private static final long DESTINATION_TOO_SMALL = 70;

    private ZstdAgainst() {}

    /**
     * Room for a reference of so many bytes: an array whose first byte is not of the reference, as zstd takes bytes
     * that begin with a certain word for a dictionary of another kind. The reference goes to index 1 and on.
     */
    public static byte[] reference(int length) {
        return new byte[1 + length];
    }

    /**
     * Compresses content against a reference.
     *
     * @param reference as {@link #reference} made it, filled
     * @return null when the frame would not be smaller than the content
     */
    public static byte @Nullable [] compress(
            byte[] content, int length, byte[] reference, int level) {
        if (length < 2) {
            return null;
        }
        byte[] room = new byte[length - 1];
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level);
            context.setWindowLog(windowLog((long) length + reference.length));
            context.loadDict(reference);
            int stored = context.compressByteArray(room, 0, room.length, content, 0, length);
            return Arrays.copyOf(room, stored);
        } catch (ZstdException failure) {
            if (failure.getErrorCode() == DESTINATION_TOO_SMALL) {
                return null;
            }
            throw failure;
        }
    }

    /**
     * Reverses {@link #compress}.
     *
     * @param what named in messages
     * @param reference the same bytes again
     * @throws CorruptBlobException when the stored bytes are no frame of that length
     */
    public static byte[] decompress(String what, byte[] stored, int length, byte[] reference)
            throws CorruptBlobException {
        byte[] content = new byte[length];
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            context.loadDict(reference);
            int found = context.decompressByteArray(content, 0, length, stored, 0, stored.length);
            if (found != length) {
                throw new CorruptBlobException(
                        what, 0, "zstd frame of " + length + " bytes expected, found " + found);
            }
            return content;
        } catch (ZstdException failure) {
            CorruptBlobException corrupt =
                    new CorruptBlobException(
                            what, 0, "zstd frame expected, decoder found: " + failure.getMessage());
            corrupt.initCause(failure);
            throw corrupt;
        }
    }

    private static int windowLog(long bytes) {
        int log = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, bytes - 1));
        return Math.clamp(log, MIN_WINDOW_LOG, MAX_WINDOW_LOG);
    }
}
