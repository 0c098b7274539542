package mirage.manifest;

import mirage.chunk.ChunkId;

/** A stretch of a recipe. */
public sealed interface RecipeRun {
    /** In bytes, greater than 0. */
    long length();

    /** Part of this run; the part must lie within it. */
    RecipeRun slice(long offset, long length);

    /** Zeros. */
    record Zero(long length) implements RecipeRun {
        public Zero {
            requirePositive(length);
        }

        @Override
        public RecipeRun slice(long offset, long partLength) {
            requireWithin(this, offset, partLength);
            return new Zero(partLength);
        }
    }

    /**
     * Part of a chunk.
     *
     * @param id of the chunk
     * @param offset of the first byte within the chunk
     * @param length in bytes
     */
    record Chunk(ChunkId id, int offset, long length) implements RecipeRun {
        public Chunk {
            requirePositive(length);
            if (offset < 0 || offset + length > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "chunk slice at " + offset + " of length " + length);
            }
        }

        @Override
        public RecipeRun slice(long from, long partLength) {
            requireWithin(this, from, partLength);
            return new Chunk(id, Math.toIntExact(offset + from), partLength);
        }
    }

    private static void requirePositive(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("run of length " + length);
        }
    }

    private static void requireWithin(RecipeRun run, long offset, long length) {
        if (offset < 0 || length <= 0 || offset > run.length() - length) {
            throw new IllegalArgumentException(
                    "slice at "
                            + offset
                            + " of length "
                            + length
                            + " of a run of length "
                            + run.length());
        }
    }
}
