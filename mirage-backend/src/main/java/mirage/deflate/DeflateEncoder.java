package mirage.deflate;

import java.nio.ByteBuffer;
import java.util.zip.Adler32;

/**
 * Encodes one content after the other with the same parameters, in memory that it keeps: for windowBits 15 and memLevel 9
 * about 0.6 MiB, and as much as the largest content and what it became. Not for use by many threads at once.
 */
public final class DeflateEncoder {
    /** The longest content. */
    public static final int MAX_CONTENT_BYTES = 64 << 20;

    private static final int METHOD_DEFLATE = 8;

    private final DeflateParameters parameters;
    private final BitWriter out = new BitWriter();
    private final Matches matches;
    private final Block block;
    private final Parser parser;

    public DeflateEncoder(DeflateParameters parameters) {
        this.parameters = parameters;
        matches = new Matches(parameters);
        block = new Block(parameters, matches, out);
        parser = Parser.ofLevel(parameters.level());
    }

    public DeflateParameters parameters() {
        return parameters;
    }

    /**
     * Encodes the bytes between position and limit; the buffer is left as it is.
     *
     * @return a view that is good until the next call
     * @throws IllegalArgumentException for content over {@value #MAX_CONTENT_BYTES} bytes
     */
    public ByteBuffer encode(ByteBuffer content) {
        if (content.remaining() > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException(
                    "content of " + content.remaining() + " bytes is over " + MAX_CONTENT_BYTES);
        }
        matches.load(content);
        out.clear();
        block.begin();
        if (parameters.wrapper() == Wrapper.ZLIB) {
            writeHeader();
        }
        parser.parse(matches, block);
        out.reserve(1 + Integer.BYTES);
        out.align();
        if (parameters.wrapper() == Wrapper.ZLIB) {
            Adler32 checksum = new Adler32();
            checksum.update(matches.bytes(), 0, matches.end());
            writeBigEndian((int) checksum.getValue(), Integer.BYTES);
        }
        return ByteBuffer.wrap(out.bytes(), 0, out.size()).slice().asReadOnlyBuffer();
    }

    /** Whether the content encoded is these bytes. Both buffers are left as they are. */
    public boolean reproduces(ByteBuffer content, ByteBuffer encoded) {
        return encode(content).equals(encoded);
    }

    /** RFC 1950, section 2.2. */
    private void writeHeader() {
        int effort =
                switch (parameters.level()) {
                    case 0, 1 -> 0;
                    case 2, 3, 4, 5 -> 1;
                    case 6 -> 2;
                    default -> 3;
                };
        int header = (parameters.windowBits() - 8) << 12 | METHOD_DEFLATE << 8 | effort << 6;
        out.reserve(Short.BYTES);
        writeBigEndian(header + 31 - header % 31, Short.BYTES);
    }

    private void writeBigEndian(int value, int count) {
        for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
            out.put(value >>> shift & 0xff, 8);
        }
    }
}
