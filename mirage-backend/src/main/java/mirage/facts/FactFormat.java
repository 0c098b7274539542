package mirage.facts;

import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Block of facts, version 1 ({@code docs/format/facts.md}). Lies in the store as a chunk, whose id checks it.
 * <pre>
 *   block  = framing header "MFCT", count:varint fact*count
 *   fact   = kind:u8 source values:varint text*values
 *   source = 0:u8 (as of the fact before) | 1:u8 volume:varint path:length-prefixed bytes
 * </pre>
 * Facts are texts by position, so that a later version adds kinds, and values behind the known ones, and an earlier one
 * reads on.
 */
final class FactFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MFCT", 1, 0);
    private static final int SAME_SOURCE = 0;
    private static final int OTHER_SOURCE = 1;

    private FactFormat() {}

    /** A block while it is being written. */
    static final class BlockWriter {
        private final ByteWriter facts = new ByteWriter();
        private @Nullable FactSource last;
        private int count;

        int count() {
            return count;
        }

        int bytes() {
            return facts.size();
        }

        void add(FoundFact found) {
            count++;
            facts.u8(found.fact().kind().code());
            if (found.source().equals(last)) {
                facts.u8(SAME_SOURCE);
            } else {
                last = found.source();
                facts.u8(OTHER_SOURCE)
                        .foreignText(last.volume())
                        .lengthPrefixed(last.path().toBytes());
            }
            List<String> values = found.fact().values();
            facts.varint(values.size());
            values.forEach(facts::foreignText);
        }

        ByteBuffer close() {
            return new ByteWriter(facts.size() + BlobFraming.HEADER_BYTES + 5)
                    .bytes(FRAMING.header(0, 0))
                    .varint(count)
                    .bytes(facts.toBuffer())
                    .toBuffer();
        }
    }

    /** The facts of a block, but for those of kinds that a later version wrote. */
    static List<FoundFact> decode(ChunkId block, ByteBuffer bytes) throws IOException {
        ByteReader in = FRAMING.body("facts " + block, bytes);
        int count = in.count(3, "facts");
        List<FoundFact> facts = new ArrayList<>();
        FactSource source = null;
        for (int i = 0; i < count; i++) {
            FactKind kind = FactKind.ofCode(in.u8());
            source = readSource(in, source);
            List<String> values = readValues(in);
            if (kind != null) {
                facts.add(new FoundFact(source, kind.fact(fit(values, kind.fields().size()))));
            }
        }
        in.expectEnd();
        return facts;
    }

    private static FactSource readSource(ByteReader in, @Nullable FactSource last)
            throws IOException {
        int form = in.u8();
        if (form == SAME_SOURCE && last != null) {
            return last;
        }
        if (form != OTHER_SOURCE) {
            throw in.corrupt("a source expected, found form " + form);
        }
        return new FactSource(in.text(), RawName.of(in.lengthPrefixed()));
    }

    private static List<String> readValues(ByteReader in) throws IOException {
        int count = in.count(1, "values");
        List<String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(in.text());
        }
        return values;
    }

    private static List<String> fit(List<String> values, int count) {
        List<String> fitted = new ArrayList<>(values.subList(0, Math.min(count, values.size())));
        while (fitted.size() < count) {
            fitted.add("");
        }
        return fitted;
    }
}
