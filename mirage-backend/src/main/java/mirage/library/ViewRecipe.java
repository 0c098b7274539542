package mirage.library;

import mirage.chunk.ChunkSource;
import mirage.ingest.DiskRecipe;
import mirage.manifest.ImageManifest;
import mirage.manifest.Recipe;

import java.io.Closeable;
import java.io.IOException;

/**
 * The recipe of a view, made of chunks alone: the library's, or one that a view without any was cut for, which takes seconds and memory for
 * the names of its chunks. To be closed when no more chunks are read.
 */
public final class ViewRecipe implements Closeable {
    private final Recipe recipe;
    private final ChunkSource chunks;
    private final Closeable opened;

    private ViewRecipe(Recipe recipe, ChunkSource chunks, Closeable opened) {
        this.recipe = recipe;
        this.chunks = chunks;
        this.opened = opened;
    }

    static ViewRecipe open(MirageLibrary library, ImageView what) throws IOException {
        ImageManifest manifest = ImageDeltas.manifest(library, what.image());
        Recipe stored = ImageDeltas.stored(what, manifest, library.chunks());
        if (stored != null) {
            return new ViewRecipe(stored, library.chunks(), () -> {});
        }
        ImageContent disk = library.open(what.image(), what.view());
        boolean complete = false;
        try {
            DiskRecipe cut = DiskRecipe.of(disk, null, library.chunks());
            ViewRecipe recipe = new ViewRecipe(cut.recipe(), cut, disk);
            complete = true;
            return recipe;
        } finally {
            if (!complete) {
                disk.close();
            }
        }
    }

    public Recipe recipe() {
        return recipe;
    }

    /** Its segments, and the chunks that they name. */
    public ChunkSource chunks() {
        return chunks;
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
