package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeRun;
import mirage.pack.ChunkWriter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Turns the cuts of an upload, or of the disk in it, into chunks and a recipe. Cuts are collected in batches; while the workers read and
 * name the pieces of one batch, the chunks of the one before are stored, in order. Memory is two batches.
 */
final class ChunkingSink implements CutSink {
    private static final int BATCH_BYTES = 8 << 20;
    private static final int BATCH_CUTS = 4096;

    private final ByteSource container;
    private final ExecutorService workers;
    private final int workerCount;
    private final ChunkWriter chunks;
    private final RecipeBuilder recipe;
    private final ContentNames names;
    private Batch filling = new Batch();
    private Batch storing = new Batch();

    /** Takes the names of contents that are one chunk. */
    @FunctionalInterface
    interface ContentNames {
        void set(int owner, ChunkId sha256);
    }

    ChunkingSink(
            ByteSource container,
            ExecutorService workers,
            int workerCount,
            ChunkWriter chunks,
            RecipeBuilder recipe,
            ContentNames names) {
        this.container = container;
        this.workers = workers;
        this.workerCount = workerCount;
        this.chunks = chunks;
        this.recipe = recipe;
        this.names = names;
    }

    /** Finds out whether bytes can be made of what is stored, so that they need not be. */
    @FunctionalInterface
    interface Remaking {
        /**
         * Called by any of the workers.
         *
         * @param bytes of the container
         * @return what makes them, or the first of them; null when nothing does
         */
        RecipeRun.@Nullable Encoded remake(ByteBuffer bytes) throws IOException;
    }

    /** What became of one cut, or is to become of it. */
    private static final class Cut {
        final long length;

        /** Zeros or a chunk that is stored already; null for new bytes until they are named. */
        @Nullable RecipeRun run;

        @Nullable SpanningPiece piece;
        int partOffset;
        long containerOffset = -1;
        @Nullable Remaking remaking;

        /** What makes the first bytes of the cut, which are none of those in the batch then. */
        RecipeRun.@Nullable Encoded remade;

        int owner = -1;
        boolean wholeContent;

        /** Where its bytes lie in the batch; -1 when it has none of its own. */
        int inBatch = -1;

        int byteCount;
        @Nullable ChunkId id;
        boolean allZero;

        Cut(long length) {
            this.length = length;
        }
    }

    private static final class Batch {
        final byte[] bytes = new byte[BATCH_BYTES];
        int used;
        final List<Cut> cuts = new ArrayList<>();
        final List<Future<?>> naming = new ArrayList<>();

        void clear() {
            used = 0;
            cuts.clear();
            naming.clear();
        }
    }

    @Override
    public void zeros(long length) throws IOException {
        stored(new RecipeRun.Zero(length));
    }

    @Override
    public void stored(RecipeRun run) throws IOException {
        Cut cut = new Cut(run.length());
        cut.run = run;
        add(cut, 0);
    }

    @Override
    public void chunk(ByteBuffer bytes) throws IOException {
        Cut cut = new Cut(bytes.remaining());
        add(cut, bytes.remaining());
        bytes.get(bytes.position(), filling.bytes, cut.inBatch, cut.byteCount);
    }

    @Override
    public void piece(long offset, int length, int owner, boolean wholeContent) throws IOException {
        Cut cut = new Cut(length);
        cut.containerOffset = offset;
        cut.owner = owner;
        cut.wholeContent = wholeContent;
        add(cut, length);
    }

    @Override
    public void part(SpanningPiece piece, int offset, int length, int owner, boolean wholeContent)
            throws IOException {
        Cut cut = new Cut(length);
        cut.piece = piece;
        cut.partOffset = offset;
        cut.owner = owner;
        cut.wholeContent = wholeContent;
        boolean first = piece.claim();
        add(cut, first ? piece.length() : 0);
    }

    /** A range of the container that may be made of what is stored; what is not becomes a new chunk. */
    void remade(long offset, int length, Remaking remaking) throws IOException {
        Cut cut = new Cut(length);
        cut.containerOffset = offset;
        cut.remaking = remaking;
        add(cut, length);
    }

    /** Stores what is left and gives the recipe. The chunks still have to be committed. */
    Recipe finish() throws IOException {
        turn();
        turn();
        return recipe.finish();
    }

    private void add(Cut cut, int byteCount) throws IOException {
        if (filling.used + byteCount > BATCH_BYTES || filling.cuts.size() == BATCH_CUTS) {
            turn();
        }
        if (byteCount > 0) {
            cut.inBatch = filling.used;
            cut.byteCount = byteCount;
            filling.used += byteCount;
        }
        filling.cuts.add(cut);
    }

    /** The batch that was filled is named; meanwhile the one that was named is stored. */
    private void turn() throws IOException {
        Batch named = storing;
        storing = filling;
        startNaming(storing);
        store(named);
        named.clear();
        filling = named;
    }

    private void startNaming(Batch batch) {
        List<Cut> own = batch.cuts.stream().filter(cut -> cut.inBatch >= 0).toList();
        int share = Math.ceilDiv(own.size(), workerCount);
        for (int from = 0; from < own.size(); from += share) {
            List<Cut> part = own.subList(from, Math.min(own.size(), from + share));
            batch.naming.add(
                    workers.submit(() -> {
                        for (Cut cut : part) {
                            name(batch, cut);
                        }
                        return null;
                    }));
        }
    }

    private void name(Batch batch, Cut cut) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(batch.bytes, cut.inBatch, cut.byteCount).slice();
        if (cut.piece != null) {
            cut.piece.read(container, bytes);
        } else if (cut.containerOffset >= 0) {
            container.readFully(cut.containerOffset, bytes);
        }
        if (cut.remaking != null) {
            cut.remade = cut.remaking.remake(bytes.rewind());
            int made = cut.remade == null ? 0 : (int) cut.remade.length();
            cut.inBatch += made;
            cut.byteCount -= made;
        }
        cut.allZero = UploadMap.isZero(batch.bytes, cut.inBatch, cut.byteCount);
        if (!cut.allZero || cut.wholeContent) {
            cut.id = ChunkId.of(batch.bytes, cut.inBatch, cut.byteCount);
        }
    }

    private void store(Batch batch) throws IOException {
        Workers.await(batch.naming);
        for (Cut cut : batch.cuts) {
            if (cut.remade != null) {
                recipe.add(cut.remade);
                if (cut.byteCount == 0) {
                    continue;
                }
            }
            if (cut.inBatch >= 0) {
                cut.run = store(batch, cut);
            }
            if (cut.piece != null) {
                if (cut.inBatch >= 0) {
                    cut.piece.setStored(java.util.Objects.requireNonNull(cut.run));
                }
                RecipeRun whole = java.util.Objects.requireNonNull(cut.piece.stored());
                recipe.add(whole.slice(cut.partOffset, cut.length));
            } else {
                recipe.add(java.util.Objects.requireNonNull(cut.run));
            }
        }
    }

    private RecipeRun store(Batch batch, Cut cut) throws IOException {
        ChunkId id = cut.id;
        if (id != null && cut.wholeContent) {
            names.set(cut.owner, id);
        }
        if (id == null || cut.allZero) {
            return new RecipeRun.Zero(cut.byteCount);
        }
        chunks.put(id, ByteBuffer.wrap(batch.bytes, cut.inBatch, cut.byteCount));
        return new RecipeRun.Chunk(id, 0, cut.byteCount);
    }
}
