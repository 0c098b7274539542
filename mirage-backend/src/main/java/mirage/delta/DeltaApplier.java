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
    private final Target target;
    private final DigestThread digest;

    /** Bytes that are next to each other in the target, though not in base and delta. */
    private ByteBuffer gathered;

    private int frame = -1;
    private @Nullable ByteBuffer content;

    /** Takes what is made, in order. */
    public interface Target {
        /** Bytes; the buffer is used again afterwards. */
        void write(ByteBuffer bytes) throws IOException;

        /** So many zeros. */
        void zeros(long length) throws IOException;
    }

    private DeltaApplier(Delta delta, ByteSource base, Target target, DigestThread digest)
            throws IOException {
        this.delta = delta;
        this.base = base;
        this.target = target;
        this.digest = digest;
        this.gathered = digest.empty();
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
        try (DigestThread digest = DigestThread.start(BUFFER_BYTES)) {
            new DeltaApplier(delta, base, target, digest).apply();
        }
    }

    private void apply() throws IOException {
        for (DeltaRun run : delta.index().runs()) {
            switch (run) {
                case DeltaRun.Zero zero -> zeros(zero.length());
                case DeltaRun.Copy(long from, long length) -> copy(from, length);
                case DeltaRun.Fresh(long from, long length) -> bring(from, length);
            }
        }
        flush();
        DataDigest found = digest.finish();
        DataDigest expected = delta.index().target();
        if (!found.equals(expected)) {
            throw new CorruptBlobException(
                    "target",
                    0,
                    "data of digest " + expected.sha256() + " expected, found " + found.sha256());
        }
    }

    private void zeros(long length) throws IOException {
        flush();
        digest.zeros(length);
        target.zeros(length);
    }

    private void copy(long from, long length) throws IOException {
        for (long at = from; at < from + length; ) {
            int part = part(from + length - at);
            int start = gathered.position();
            base.readFully(at, gathered.limit(start + part));
            at += part;
        }
    }

    private void bring(long from, long length) throws IOException {
        for (long at = from; at < from + length; ) {
            int number = delta.frameAt(at);
            ByteBuffer bytes = content(number);
            int start = Math.toIntExact(at - delta.contentAt(number));
            int part = part(Math.min(from + length - at, bytes.remaining() - start));
            gathered.limit(gathered.position() + part).put(bytes.slice(start, part));
            at += part;
        }
    }

    /** How many of so many bytes can be gathered, at least one. */
    private int part(long wanted) throws IOException {
        if (gathered.position() == gathered.capacity()) {
            flush();
        }
        return (int) Math.min(wanted, gathered.capacity() - gathered.position());
    }

    private void flush() throws IOException {
        gathered.flip();
        if (gathered.hasRemaining()) {
            // Written first: the digest's thread gives the buffer away when it has read it.
            ByteBuffer full = gathered;
            gathered = digest.empty();
            target.write(full.duplicate());
            digest.take(full);
        } else {
            gathered.clear();
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
}
