package mirage.library;

import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.rebuild.Original;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/** What a recipe rebuilds. */
final class RecipeContent implements ImageContent {
    private final Recipe recipe;
    private final Rebuilder rebuilder;
    private final Supplier<Original> original;
    private final RecipeSource bytes;

    /**
     * @param original opens what is at hand of the encoded bytes
     */
    RecipeContent(
            Recipe recipe, ChunkSource chunks, Rebuilder rebuilder, Supplier<Original> original) {
        this.recipe = recipe;
        this.original = original;
        this.rebuilder = rebuilder;
        this.bytes = new RecipeSource(recipe, chunks);
    }

    @Override
    public long length() {
        return recipe.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        return bytes.readAt(position, target);
    }

    @Override
    public Run runAt(long position) throws IOException {
        return bytes.runAt(position);
    }

    @Override
    public void transferTo(long offset, long length, WritableByteChannel target)
            throws IOException {
        try (Original atHand = original.get()) {
            rebuilder.transferTo(recipe, offset, length, atHand, target);
        }
    }
}
