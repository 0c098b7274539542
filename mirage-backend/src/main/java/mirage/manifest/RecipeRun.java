package mirage.manifest;

import mirage.chunk.ChunkId;

import java.util.List;
import java.util.function.Consumer;

/** A stretch of a recipe. */
public sealed interface RecipeRun {
    /** In bytes, greater than 0. */
    long length();

    /** Shows every slice of a chunk that the run is made of, wholly or in part. */
    void forEachChunk(Consumer<Chunk> visitor);

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

        @Override
        public void forEachChunk(Consumer<Chunk> visitor) {}
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

        @Override
        public void forEachChunk(Consumer<Chunk> visitor) {
            visitor.accept(this);
        }
    }

    /**
     * Part of what an encoder makes of a content: a compressed cluster of a container, whose content is stored decoded. Two
     * that are equal are the same bytes.
     *
     * @param encoder its name, see {@code mirage.encoder}: 1 to {@value #MAX_NAME} lower-case letters, digits and dashes
     * @param content zeros and slices of chunks, at most {@value #MAX_CONTENT_BYTES} bytes
     * @param encodedLength of all that the encoder makes, at most {@value #MAX_ENCODED_BYTES}
     * @param crc32c of all that the encoder makes, against which it is held
     * @param offset of the first byte within what the encoder makes
     * @param length in bytes
     */
    record Encoded(
            String encoder,
            List<RecipeRun> content,
            int encodedLength,
            int crc32c,
            int offset,
            long length)
            implements RecipeRun {
        public static final int MAX_CONTENT_BYTES = 4 << 20;
        public static final int MAX_ENCODED_BYTES = 2 * MAX_CONTENT_BYTES;
        static final int MAX_NAME = 64;

        public Encoded {
            requirePositive(length);
            content = List.copyOf(content);
            long contentLength = content.stream().mapToLong(RecipeRun::length).sum();
            if (!encoder.matches("[a-z0-9-]{1,64}")
                    || content.stream().anyMatch(Encoded.class::isInstance)
                    || contentLength < 1
                    || contentLength > MAX_CONTENT_BYTES
                    || encodedLength > MAX_ENCODED_BYTES
                    || offset < 0
                    || length > encodedLength - offset) {
                throw new IllegalArgumentException(
                        "%d bytes at %d of %d that \"%s\" makes of %d"
                                .formatted(length, offset, encodedLength, encoder, contentLength));
            }
        }

        /** All that the encoder makes. */
        public static Encoded whole(
                String encoder, List<RecipeRun> content, int encodedLength, int crc32c) {
            return new Encoded(encoder, content, encodedLength, crc32c, 0, encodedLength);
        }

        /** Of what is encoded, in bytes. */
        public int contentLength() {
            return (int) content.stream().mapToLong(RecipeRun::length).sum();
        }

        @Override
        public RecipeRun slice(long from, long partLength) {
            requireWithin(this, from, partLength);
            return new Encoded(
                    encoder,
                    content,
                    encodedLength,
                    crc32c,
                    Math.toIntExact(offset + from),
                    partLength);
        }

        @Override
        public void forEachChunk(Consumer<Chunk> visitor) {
            content.forEach(run -> run.forEachChunk(visitor));
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
