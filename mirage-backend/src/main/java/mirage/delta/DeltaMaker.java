package mirage.delta;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkSource;
import mirage.codec.Checksum;
import mirage.codec.DataDigest;
import mirage.codec.Section;
import mirage.codec.Zstd;
import mirage.codec.ZstdAgainst;
import mirage.delta.DeltaIndex.Frame;
import mirage.delta.DeltaIndex.Method;
import mirage.delta.DeltaPlan.FreshSlice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** Writes deltas: {@code docs/format/delta.md}. One object for one delta. */
public final class DeltaMaker {
    /** What is compressed together: neighbours of the target, with all that they are new versions of. */
    private static final int FRAME_BYTES = 2 << 20;

    private static final int FRAME_REFERENCE_BYTES = 6 << 20;

    /** Of a frame that its predecessors make this much smaller it is not tried how small it is alone. */
    private static final double GOOD_RATIO = 0.25;

    private static final int INDEX_LEVEL = 9;

    private final ByteSource base;
    private final ChunkSource chunks;
    private final Predecessors predecessors;
    private final int level;

    /**
     * @param base what the delta is to be applied to
     * @param chunks of the target
     * @param level of zstd
     */
    public DeltaMaker(ByteSource base, ChunkSource chunks, Predecessors predecessors, int level) {
        this.base = base;
        this.chunks = chunks;
        this.predecessors = predecessors;
        this.level = level;
    }

    /** What became of the fresh bytes, by what they were compressed against. */
    public record Made(
            long deltaBytes,
            long indexBytes,
            long aloneBytes,
            long aloneStored,
            long againstBytes,
            long againstStored) {}

    /**
     * Makes a delta.
     *
     * @param frames an empty file for the frames until the index is known
     * @param target the delta; stays open
     */
    public Made make(
            DeltaPlan plan, DataDigest digest, FileChannel frames, WritableByteChannel target)
            throws IOException {
        List<Frame> index = new ArrayList<>();
        List<FreshSlice> together = new ArrayList<>();
        RangeSet references = new RangeSet();
        int length = 0;
        for (FreshSlice slice : plan.fresh()) {
            List<BaseRange> found = predecessors.of(slice);
            if (!together.isEmpty()
                    && (length + slice.length() > FRAME_BYTES
                            || references.lengthWith(found) > FRAME_REFERENCE_BYTES)) {
                index.add(write(together, length, references, frames));
                together.clear();
                references = new RangeSet();
                length = 0;
            }
            together.add(slice);
            length += slice.length();
            if (references.lengthWith(found) <= DeltaFormat.MAX_REFERENCE_BYTES) {
                references.addAll(found);
            }
        }
        if (!together.isEmpty()) {
            index.add(write(together, length, references, frames));
        }
        DeltaIndex whole =
                new DeltaIndex(plan.baseLength(), plan.targetLength(), digest, plan.runs(), index);
        ByteBuffer encoded = DeltaFormat.encode(whole);
        if (encoded.remaining() > DeltaFormat.MAX_INDEX_BYTES) {
            throw new IOException(
                    "the images differ in too many places for a delta: an index of at most "
                            + DeltaFormat.MAX_INDEX_BYTES
                            + " bytes expected, found "
                            + encoded.remaining());
        }
        ByteBuffer section = Section.encode(encoded, INDEX_LEVEL);
        ByteBuffer header = DeltaFormat.FRAMING.header(0, 0);
        long indexBytes = header.remaining() + section.remaining();
        writeFully(header, target);
        writeFully(section, target);
        long stored = frames.position();
        for (long at = 0; at < stored; ) {
            at += frames.transferTo(at, stored - at, target);
        }
        return made(index, indexBytes, stored);
    }

    private static Made made(List<Frame> frames, long indexBytes, long stored) {
        long alone = 0;
        long aloneStored = 0;
        long against = 0;
        long againstStored = 0;
        for (Frame frame : frames) {
            if (frame.method() == Method.ZSTD_AGAINST_BASE) {
                against += frame.length();
                againstStored += frame.storedLength();
            } else {
                alone += frame.length();
                aloneStored += frame.storedLength();
            }
        }
        return new Made(
                indexBytes + stored, indexBytes, alone, aloneStored, against, againstStored);
    }

    private Frame write(
            List<FreshSlice> slices, int length, RangeSet references, FileChannel frames)
            throws IOException {
        byte[] content = content(slices, length);
        Method method = Method.ZSTD_AGAINST_BASE;
        byte @Nullable [] stored = against(content, references.ranges());
        if (stored == null || stored.length > GOOD_RATIO * length) {
            byte[] alone = Zstd.compress(ByteBuffer.wrap(content), level);
            if (stored == null || alone.length <= stored.length) {
                stored = alone;
                method = alone.length == length ? Method.PLAIN : Method.ZSTD;
            }
        }
        writeFully(ByteBuffer.wrap(stored), frames);
        return new Frame(
                method,
                length,
                stored.length,
                Checksum.crc32c(ByteBuffer.wrap(stored)),
                Checksum.crc32c(ByteBuffer.wrap(content)),
                method == Method.ZSTD_AGAINST_BASE ? references.ranges() : List.of());
    }

    private byte[] content(List<FreshSlice> slices, int length) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(length);
        for (FreshSlice slice : slices) {
            content.put(chunks.read(slice.chunk()).slice(slice.offset(), slice.length()));
        }
        return content.array();
    }

    private byte @Nullable [] against(byte[] content, List<BaseRange> ranges) throws IOException {
        return ranges.isEmpty()
                ? null
                : ZstdAgainst.compress(
                        content, content.length, References.read(base, ranges), level);
    }

    private static void writeFully(ByteBuffer bytes, WritableByteChannel target)
            throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
