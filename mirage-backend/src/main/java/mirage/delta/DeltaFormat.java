package mirage.delta;

import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.delta.DeltaIndex.Frame;
import mirage.delta.DeltaIndex.Method;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The index of a delta as bytes: {@code docs/format/delta.md}. */
final class DeltaFormat {
    static final BlobFraming FRAMING = new BlobFraming("MDLT", 1, 0);

    /** What one frame brings at the most. */
    static final int MAX_FRAME_BYTES = 16 << 20;

    /** What one frame refers to at the most. */
    static final int MAX_REFERENCE_BYTES = 32 << 20;

    /** Of an index, uncompressed: millions of runs. A few hostile KiB can ask for so much and no more. */
    static final int MAX_INDEX_BYTES = 16 << 20;

    private static final int DIGEST_BYTES = 32;

    private static final int ZERO = 0;
    private static final int COPY = 1;
    private static final int FRESH = 2;

    private DeltaFormat() {}

    static ByteBuffer encode(DeltaIndex index) {
        ByteWriter out = new ByteWriter();
        out.varint(index.baseLength()).varint(index.targetLength());
        out.bytes(index.target().toBytes());
        out.varint(index.frames().size());
        long reference = 0;
        for (Frame frame : index.frames()) {
            out.u8(frame.method().ordinal()).varint(frame.length()).varint(frame.storedLength());
            out.u32(frame.storedCrc() & 0xffff_ffffL).u32(frame.crc() & 0xffff_ffffL);
            out.varint(frame.references().size());
            for (BaseRange range : frame.references()) {
                out.signedVarint(range.offset() - reference).varint(range.length());
                reference = range.end();
            }
        }
        out.varint(index.runs().size());
        long copied = 0;
        long brought = 0;
        for (DeltaRun run : index.runs()) {
            switch (run) {
                case DeltaRun.Zero zero -> out.u8(ZERO).varint(zero.length());
                case DeltaRun.Copy(long from, long length) -> {
                    out.u8(COPY).varint(length).signedVarint(from - copied);
                    copied = from + length;
                }
                case DeltaRun.Fresh(long from, long length) -> {
                    out.u8(FRESH).varint(length).signedVarint(from - brought);
                    brought = from + length;
                }
            }
        }
        return out.toBuffer();
    }

    /**
     * Reads an index, and checks that it makes a target of its length of what there is.
     *
     * @param what names the delta in messages
     */
    static DeltaIndex decode(String what, ByteBuffer bytes) throws CorruptBlobException {
        ByteReader in = new ByteReader(what, bytes);
        long baseLength = length(in, "length of the base");
        long targetLength = length(in, "length of the target");
        DataDigest digest = DataDigest.ofBytes(in.bytes(DIGEST_BYTES));
        List<Frame> frames = frames(in, baseLength);
        long brought = frames.stream().mapToLong(Frame::length).sum();
        List<DeltaRun> runs = runs(in, baseLength, targetLength, brought);
        in.expectEnd();
        return new DeltaIndex(baseLength, targetLength, digest, runs, frames);
    }

    private static List<Frame> frames(ByteReader in, long baseLength) throws CorruptBlobException {
        int count = in.count(12, "frames");
        List<Frame> frames = new ArrayList<>(count);
        long reference = 0;
        for (int i = 0; i < count; i++) {
            int method = in.u8();
            if (method >= Method.values().length) {
                throw in.corrupt("method of a frame from 0 to 2 expected, found " + method);
            }
            int length = in.boundedVarint(1, MAX_FRAME_BYTES, "length of a frame");
            int stored = in.boundedVarint(1, length, "stored length of a frame");
            int storedCrc = (int) in.u32();
            int crc = (int) in.u32();
            int references = in.count(2, "references");
            List<BaseRange> ranges = new ArrayList<>(references);
            long left = MAX_REFERENCE_BYTES;
            for (int j = 0; j < references; j++) {
                long offset = reference + in.signedVarint();
                long rangeLength = in.varint();
                requireWithin(in, "reference", offset, rangeLength, baseLength);
                left -= rangeLength;
                if (left < 0) {
                    throw in.corrupt(
                            "references of at most " + MAX_REFERENCE_BYTES + " bytes expected");
                }
                ranges.add(new BaseRange(offset, rangeLength));
                reference = offset + rangeLength;
            }
            frames.add(new Frame(Method.values()[method], length, stored, storedCrc, crc, ranges));
        }
        return frames;
    }

    private static List<DeltaRun> runs(
            ByteReader in, long baseLength, long targetLength, long brought)
            throws CorruptBlobException {
        int count = in.count(2, "runs");
        List<DeltaRun> runs = new ArrayList<>(count);
        long made = 0;
        long copied = 0;
        long taken = 0;
        for (int i = 0; i < count; i++) {
            int kind = in.u8();
            long length = in.varint();
            requireWithin(in, "run", made, length, targetLength);
            made += length;
            switch (kind) {
                case ZERO -> runs.add(new DeltaRun.Zero(length));
                case COPY -> {
                    long from = copied + in.signedVarint();
                    requireWithin(in, "copy", from, length, baseLength);
                    runs.add(new DeltaRun.Copy(from, length));
                    copied = from + length;
                }
                case FRESH -> {
                    long from = taken + in.signedVarint();
                    requireWithin(in, "content", from, length, brought);
                    runs.add(new DeltaRun.Fresh(from, length));
                    taken = from + length;
                }
                default -> throw in.corrupt("kind of a run from 0 to 2 expected, found " + kind);
            }
        }
        if (made != targetLength) {
            throw in.corrupt("runs of " + targetLength + " bytes expected, found " + made);
        }
        return runs;
    }

    private static long length(ByteReader in, String field) throws CorruptBlobException {
        long length = in.varint();
        if (length < 0) {
            throw in.corrupt(field + " is " + Long.toUnsignedString(length));
        }
        return length;
    }

    private static void requireWithin(
            ByteReader in, String field, long offset, long length, long end)
            throws CorruptBlobException {
        if (offset < 0 || length <= 0 || length > end || offset > end - length) {
            throw in.corrupt(
                    field
                            + " within "
                            + end
                            + " bytes expected, found "
                            + length
                            + " bytes at "
                            + offset);
        }
    }
}
