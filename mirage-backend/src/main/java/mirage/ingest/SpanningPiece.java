package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.manifest.RecipeRun;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * A piece of a content that lies in more than one place of the container. It is stored when the first of them is met;
 * the others take their part of the same chunk.
 */
final class SpanningPiece {
    private final int length;
    private final TreeMap<Integer, Part> parts = new TreeMap<>();
    private boolean claimed;
    private @Nullable RecipeRun stored;

    private record Part(long containerOffset, int length) {}

    SpanningPiece(int length) {
        this.length = length;
    }

    int length() {
        return length;
    }

    void add(int offset, long containerOffset, int partLength) {
        parts.put(offset, new Part(containerOffset, partLength));
    }

    /** Whether the parts follow each other from the first byte to the last. */
    boolean isComplete() {
        int end = 0;
        for (var part : parts.entrySet()) {
            if (part.getKey() != end) {
                return false;
            }
            end += part.getValue().length();
        }
        return end == length;
    }

    /** True the first time: the caller stores the piece for all of its parts. */
    boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    void read(ByteSource container, ByteBuffer target) throws IOException {
        for (Part part : parts.values()) {
            container.readFully(
                    part.containerOffset(), target.slice(target.position(), part.length()));
            target.position(target.position() + part.length());
        }
    }

    /** What the piece was stored as: a chunk or zeros; null before that. */
    @Nullable RecipeRun stored() {
        return stored;
    }

    void setStored(RecipeRun run) {
        stored = run;
    }
}
