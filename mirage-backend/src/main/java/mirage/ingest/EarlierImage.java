package mirage.ingest;

import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.rebuild.RecipeSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The image that agrees with a new one at the most places: what it has there need not be stored again. */
final class EarlierImage {
    private final RecipeSource bytes;
    private final RecipeReader runs;

    EarlierImage(Recipe recipe, ChunkSource chunks) {
        bytes = new RecipeSource(recipe, chunks);
        runs = new RecipeReader(recipe, chunks);
    }

    /** Fills {@code target} from the same place; false when this image ends before. */
    boolean read(long offset, ByteBuffer target) throws IOException {
        if (offset > bytes.length() - target.remaining()) {
            return false;
        }
        bytes.readFully(offset, target);
        return true;
    }

    /** Takes the runs that hold a range. */
    @FunctionalInterface
    interface RunSink {
        void accept(RecipeRun run) throws IOException;
    }

    void forEachRun(long offset, long length, RunSink sink) throws IOException {
        runs.forEachRun(offset, length, (_, run) -> sink.accept(run));
    }
}
