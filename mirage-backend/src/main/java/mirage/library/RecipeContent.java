package mirage.library;

import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** What a recipe rebuilds. */
final class RecipeContent implements ImageContent {
    private final Recipe recipe;
    private final Rebuilder rebuilder;
    private final RecipeSource bytes;

    RecipeContent(Recipe recipe, ChunkSource chunks, Rebuilder rebuilder) {
        this.recipe = recipe;
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
        rebuilder.transferTo(recipe, offset, length, target);
    }
}
