package mirage.rebuild;

import mirage.manifest.RecipeRun;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An encoded run on its way to bytes: readers put the slices of its content together in any order, who brings the
 * last has it encoded, and what is made waits to be written.
 */
final class EncodingJob {
    private final RecipeRun.Encoded run;
    private final long start;
    private final Original original;
    private final AtomicInteger missing = new AtomicInteger();
    private final FutureTask<byte[]> made;
    private byte @Nullable [] content;

    /**
     * @param start where what the encoder makes begins in the container, which may lie before the run
     */
    EncodingJob(RecipeRun.Encoded run, long start, Original original) {
        this.run = run;
        this.start = start;
        this.original = original;
        this.made = new FutureTask<>(this::make);
    }

    /** Whether another run is a part of the same. */
    boolean makes(RecipeRun.Encoded other, long otherStart) {
        return otherStart == start && other.crc32c() == run.crc32c();
    }

    /** How many slices will be put. */
    void expect(int slices) {
        content = new byte[run.contentLength()];
        missing.set(slices);
    }

    /** Whether all of the content is there. */
    boolean isComplete() {
        return missing.get() == 0;
    }

    /** Takes a slice of the content. Returns whether it was the last: the caller then has it made. */
    boolean put(int at, ByteBuffer chunk, RecipeRun.Chunk slice) {
        chunk.get(slice.offset(), Objects.requireNonNull(content), at, (int) slice.length());
        return missing.decrementAndGet() == 0;
    }

    /** What the encoder makes; to be run when the content is there. */
    FutureTask<byte[]> made() {
        return made;
    }

    private byte[] make() throws IOException {
        byte[] encoded = EncodedRun.encode(run, ByteBuffer.wrap(Objects.requireNonNull(content)));
        content = null;
        original.keep(start, encoded);
        return encoded;
    }
}
