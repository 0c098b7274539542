package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.manifest.Recipe;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Holds what a recipe rebuilds against a source. What both know to be a hole is not read, so that the cost follows the
 * bytes that are there and not the size that an image claims.
 */
final class SameBytes {
    /** Shorter holes are read with what is around them: a stretch costs more than their bytes. */
    private static final long LEAST_HOLE_BYTES = 1 << 20;

    private final Recipe recipe;
    private final RecipeSource rebuilt;
    private final ByteSource expected;
    private final Rebuilder rebuilder;
    private final ByteBuffer buffer = ByteBuffer.allocate(256 << 10);

    SameBytes(Recipe recipe, RecipeSource rebuilt, ByteSource expected, Rebuilder rebuilder) {
        this.recipe = recipe;
        this.rebuilt = rebuilt;
        this.expected = expected;
        this.rebuilder = rebuilder;
    }

    /**
     * Where they begin to differ, give or take a buffer; -1 when they are the same.
     *
     * @throws IOException when one of them cannot be read
     */
    long firstDifference() throws IOException {
        if (recipe.length() != expected.length()) {
            return Math.min(recipe.length(), expected.length());
        }
        for (long at = 0; at < recipe.length(); ) {
            long hole = commonHole(at);
            if (hole > 0) {
                at += hole;
                continue;
            }
            long end = at;
            do {
                end += Math.min(LEAST_HOLE_BYTES, recipe.length() - end);
            } while (end < recipe.length() && commonHole(end) < LEAST_HOLE_BYTES);
            Comparison comparison = new Comparison(at);
            rebuilder.transferTo(recipe, at, end - at, comparison);
            if (comparison.difference >= 0) {
                return comparison.difference;
            }
            at = end;
        }
        return -1;
    }

    /** How long both are known to be zeros from a place on. */
    private long commonHole(long at) throws IOException {
        ByteSource.Run below = expected.runAt(at);
        if (!below.hole()) {
            return 0;
        }
        ByteSource.Run run = rebuilt.runAt(at);
        return run.hole() ? Math.min(run.length(), below.length()) : 0;
    }

    private final class Comparison implements WritableByteChannel {
        private long position;
        private long difference = -1;

        Comparison(long position) {
            this.position = position;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = bytes.remaining();
            while (bytes.hasRemaining()) {
                int part = Math.min(bytes.remaining(), buffer.capacity());
                if (difference < 0) {
                    expected.readFully(position, buffer.clear().limit(part));
                    if (!bytes.slice(bytes.position(), part).equals(buffer.flip())) {
                        difference = position;
                    }
                }
                bytes.position(bytes.position() + part);
                position += part;
            }
            return written;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
