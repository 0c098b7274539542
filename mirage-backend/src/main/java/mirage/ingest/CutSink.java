package mirage.ingest;

import mirage.manifest.RecipeRun;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes a container from its first byte to its last, cut: each call continues where the last one ended. */
interface CutSink {
    /** Zeros. */
    void zeros(long length) throws IOException;

    /** What is stored already. */
    void stored(RecipeRun run) throws IOException;

    /** A new chunk with these bytes, which the callee copies. */
    void chunk(ByteBuffer bytes) throws IOException;

    /**
     * A new chunk whose bytes are read later.
     *
     * @param offset in the container
     * @param owner the content it belongs to
     * @param wholeContent whether it is all of its content
     */
    void piece(long offset, int length, int owner, boolean wholeContent) throws IOException;

    /**
     * Part of a piece that lies in several places.
     *
     * @param offset of the part in the piece
     * @param length of the part
     */
    void part(SpanningPiece piece, int offset, int length, int owner, boolean wholeContent)
            throws IOException;
}
