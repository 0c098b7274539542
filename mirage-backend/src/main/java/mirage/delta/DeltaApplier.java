package mirage.delta;

import mirage.bytes.ByteSource;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Makes the target of a delta and its base, from its start to its end. Memory is a few frames, whatever the size of the
 * image.
 */
public final class DeltaApplier {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Delta delta;
    private final ByteSource base;
    private final DataDigest.Stream digest = new DataDigest.Stream();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private int frame = -1;
    private @Nullable ByteBuffer content;

    /** Takes what is made, in order. */
    public interface Target {
        /** Bytes; the buffer is used again afterwards. */
        void write(ByteBuffer bytes) throws IOException;

        /** So many zeros. */
        void zeros(long length) throws IOException;
    }

    private DeltaApplier(Delta delta, ByteSource base) {
        this.delta = delta;
        this.base = base;
    }

    /**
     * Applies a delta. Only when this returns, what was written is the target.
     *
     * @param base the image that the delta was made for
     * @throws CorruptBlobException when the delta is damaged, or the base is not what it was made for
     */
    public static void apply(Delta delta, ByteSource base, Target target) throws IOException {
        if (base.length() != delta.index().baseLength()) {
            throw new CorruptBlobException(
                    "base",
                    0,
                    delta.index().baseLength() + " bytes expected, found " + base.length());
        }
        new DeltaApplier(delta, base).apply(target);
    }

    private void apply(Target target) throws IOException {
        for (DeltaRun run : delta.index().runs()) {
            switch (run) {
                case DeltaRun.Zero zero -> zeros(zero.length(), target);
                case DeltaRun.Copy(long from, long length) -> copy(from, length, target);
                case DeltaRun.Fresh(long from, long length) -> bring(from, length, target);
            }
        }
        DataDigest found = digest.finish();
        DataDigest expected = delta.index().target();
        if (!found.equals(expected)) {
            throw new CorruptBlobException(
                    "target",
                    0,
                    "data of digest " + expected.sha256() + " expected, found " + found.sha256());
        }
    }

    private void zeros(long length, Target target) throws IOException {
        digest.zeros(length);
        target.zeros(length);
    }

    private void copy(long from, long length, Target target) throws IOException {
        for (long at = from; at < from + length; ) {
            int part = (int) Math.min(from + length - at, BUFFER_BYTES);
            base.readFully(at, buffer.clear().limit(part));
            write(buffer.flip(), target);
            at += part;
        }
    }

    private void bring(long from, long length, Target target) throws IOException {
        for (long at = from; at < from + length; ) {
            int number = delta.frameAt(at);
            ByteBuffer bytes = content(number);
            int start = Math.toIntExact(at - delta.contentAt(number));
            int part = (int) Math.min(from + length - at, bytes.remaining() - start);
            write(bytes.slice(start, part), target);
            at += part;
        }
    }

    private ByteBuffer content(int number) throws IOException {
        ByteBuffer known = content;
        if (known == null || frame != number) {
            known = delta.content(number, base);
            content = known;
            frame = number;
        }
        return known;
    }

    private void write(ByteBuffer bytes, Target target) throws IOException {
        digest.update(bytes);
        target.write(bytes);
    }
}
