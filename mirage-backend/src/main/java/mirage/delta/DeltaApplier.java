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

    /** File systems share blocks, of this size or smaller ones. */
    private static final int ALIGNMENT = 4096;

    /** What is shorter is quicker read and written than asked for, and keeps the target in fewer extents. */
    private static final int MIN_SHARED = 128 << 10;

    /** At once, so that the digest has something to read meanwhile, and the target something to force to disk. */
    private static final int MAX_SHARED = 4 << 20;

    /** Fewer zeros pass as bytes: images have tens of thousands of gaps, and each handed on by itself costs more. */
    private static final int MIN_ZEROS = 64 << 10;

    private static final byte[] ZEROS = new byte[MIN_ZEROS];

    private final Delta delta;
    private final ByteSource base;
    private final Target target;
    private final DigestThread digest;
    private final RecentFrames frames = new RecentFrames();

    /** Bytes that are next to each other in the target, though not in base and delta. */
    private ByteBuffer gathered;

    /** Bytes of the target that are written or gathered. */
    private long made;

    /** Takes what is made, in order. */
    public interface Target {
        /** Bytes, zeros among them; the buffer is used again afterwards. */
        void write(ByteBuffer bytes) throws IOException;

        /** So many zeros. */
        void zeros(long length) throws IOException;

        /**
         * Puts bytes of the base there without their passing through here, such as by sharing blocks of a file system.
         *
         * @param from where they are in the base: like its place in the target, a multiple of 4096, as the length is
         * @return the bytes as the target now has them, read for the digest while what follows is written: what the base
         *     had a moment ago is not what counts. Null when this cannot be done here, as by default: the bytes are then
         *     written
         */
        default @Nullable ByteSource share(long from, long length) throws IOException {
            return null;
        }
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
        if (length < MIN_ZEROS) {
            gatherZeros((int) length);
            return;
        }
        flush();
        digest.zeros(length);
        target.zeros(length);
        made += length;
    }

    private void gatherZeros(int length) throws IOException {
        for (int left = length; left > 0; ) {
            int part = part(left);
            gathered.limit(gathered.position() + part).put(ZEROS, 0, part);
            left -= part;
            made += part;
        }
    }

    private void copy(long from, long length) throws IOException {
        long head = -from & ALIGNMENT - 1;
        long middle = length - head & -ALIGNMENT;
        if (middle < MIN_SHARED || (from - made) % ALIGNMENT != 0) {
            read(from, length);
            return;
        }
        read(from, head);
        long end = from + head + middle;
        for (long at = from + head; at < end; at += MAX_SHARED) {
            share(at, Math.min(end - at, MAX_SHARED));
        }
        read(end, length - head - middle);
    }

    private void share(long from, long length) throws IOException {
        flush();
        ByteSource shared = target.share(from, length);
        if (shared == null) {
            read(from, length);
        } else {
            digest.take(shared);
            made += length;
        }
    }

    private void read(long from, long length) throws IOException {
        for (long at = from; at < from + length; ) {
            int part = part(from + length - at);
            int start = gathered.position();
            base.readFully(at, gathered.limit(start + part));
            at += part;
            made += part;
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
            made += part;
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
        ByteBuffer known = frames.find(number);
        if (known == null) {
            known = delta.content(number, base);
            frames.add(number, known);
        }
        return known;
    }
}
