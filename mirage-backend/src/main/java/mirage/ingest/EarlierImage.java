package mirage.ingest;

import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.rebuild.RecipeSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The image that agrees with a new one at the most places: what it has there need not be stored again. */
final class EarlierImage {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierImage.class);

    private final RecipeSource bytes;
    private final RecipeReader runs;
    private boolean damaged;

    EarlierImage(Recipe recipe, ChunkSource chunks) {
        bytes = new RecipeSource(recipe, chunks);
        runs = new RecipeReader(recipe, chunks);
    }

    /**
     * Fills {@code target} from the same place; false when this image ends before, or cannot be read: damage to one
     * image costs others sharing and no upload.
     */
    boolean read(long offset, ByteBuffer target) {
        if (damaged || offset > bytes.length() - target.remaining()) {
            return false;
        }
        try {
            bytes.readFully(offset, target);
            return true;
        } catch (IOException e) {
            LOG.error(
                    "an earlier image cannot be read at {}: nothing more is compared with it",
                    offset,
                    e);
            damaged = true;
            return false;
        }
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
