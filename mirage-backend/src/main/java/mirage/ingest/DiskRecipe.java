package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.layout.DiskLayout;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeRun;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A recipe for a disk that has none of its own, as that in a compressed image: cut by the rules for an upload of those
 * bytes, so that its chunks have the names that they have in other images. Nothing is stored; its chunks are read from the
 * disk. Kept in memory, for the length of one piece of work.
 */
public final class DiskRecipe implements ChunkSource {
    /** A few KiB can claim a disk of EiB. */
    private static final long MAX_DISK_BYTES = 1L << 40;

    private final ByteSource disk;
    private final ChunkSource stored;
    private final Map<ChunkId, ByteBuffer> segments = new HashMap<>();
    private final Map<ChunkId, Content> contents = new HashMap<>();
    private final Recipe recipe;

    /** Where the bytes of a chunk lie on the disk: in one place, or in those of a piece. */
    private record Content(long offset, int length, @Nullable SpanningPiece piece) {}

    private DiskRecipe(ByteSource disk, @Nullable Recipe like, ChunkSource stored)
            throws IOException {
        this.disk = disk;
        this.stored = stored;
        this.recipe = cut(like);
    }

    /**
     * Cuts a disk.
     *
     * @param disk must stay open as long as chunks are read
     * @param like an image of which much is at the same places; null when there is none
     * @param stored chunks of {@code like}, and what else {@link #read} is to give
     * @throws FormatException for a disk of more than 1 TiB
     */
    public static DiskRecipe of(ByteSource disk, @Nullable Recipe like, ChunkSource stored)
            throws IOException {
        if (disk.length() > MAX_DISK_BYTES) {
            throw new FormatException(
                    "disk of at most "
                            + MAX_DISK_BYTES
                            + " bytes expected, found one of "
                            + disk.length());
        }
        return new DiskRecipe(disk, like, stored);
    }

    public Recipe recipe() {
        return recipe;
    }

    @Override
    public ByteBuffer read(ChunkId id) throws IOException {
        ByteBuffer segment = segments.get(id);
        if (segment != null) {
            return segment.duplicate();
        }
        Content content = contents.get(id);
        return content == null ? stored.read(id) : bytes(content).asReadOnlyBuffer();
    }

    private Recipe cut(@Nullable Recipe like) throws IOException {
        Warnings warnings = new Warnings();
        UploadMap map = map();
        Names sink = new Names();
        EarlierImage earlier = like == null ? null : new EarlierImage(like, stored);
        try (MemoryPool.Share memory = MemoryPool.ofHeap().open()) {
            DiskLayout layout = DiskLayout.read(disk, warnings, memory);
            FileTables files =
                    new FileTables(layout.image().disk(), disk.length(), warnings, null, memory);
            CutPlan plan = ImagePlan.asItLies(layout, files, disk.length(), warnings, memory);
            new Cutter(disk, map, earlier, sink)
                    .cut(
                            plan,
                            owner -> owner < files.contentCount() ? files.contentSize(owner) : -1);
        }
        return sink.recipe.finish();
    }

    /** Which blocks of the disk are zeros. */
    private UploadMap map() throws IOException {
        UploadMap.Builder map = new UploadMap.Builder();
        byte[] stretch = new byte[UploadMap.STRETCH_BYTES];
        for (long at = 0; at < disk.length(); ) {
            int length = (int) Math.min(stretch.length, disk.length() - at);
            disk.readFully(at, ByteBuffer.wrap(stretch, 0, length));
            map.add(stretch, length);
            at += length;
        }
        return map.build();
    }

    private ByteBuffer bytes(Content content) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(content.length);
        if (content.piece != null) {
            content.piece.read(disk, bytes);
        } else {
            disk.readFully(content.offset, bytes);
        }
        return bytes.flip();
    }

    /** Names what is cut. */
    private final class Names implements CutSink {
        private final RecipeBuilder recipe =
                new RecipeBuilder(
                        (id, content) -> segments.put(id, content.duplicate().asReadOnlyBuffer()));

        @Override
        public void zeros(long length) throws IOException {
            recipe.add(new RecipeRun.Zero(length));
        }

        @Override
        public void stored(RecipeRun run) throws IOException {
            recipe.add(run);
        }

        @Override
        public void chunk(ByteBuffer bytes) throws IOException {
            recipe.add(named(bytes, new Content(recipe.length(), bytes.remaining(), null)));
        }

        @Override
        public void piece(long offset, int length, int owner, boolean wholeContent)
                throws IOException {
            Content content = new Content(offset, length, null);
            recipe.add(named(bytes(content), content));
        }

        @Override
        public void part(
                SpanningPiece piece, int offset, int length, int owner, boolean wholeContent)
                throws IOException {
            if (piece.claim()) {
                Content content = new Content(0, piece.length(), piece);
                piece.setStored(named(bytes(content), content));
            }
            recipe.add(Objects.requireNonNull(piece.stored()).slice(offset, length));
        }

        private RecipeRun named(ByteBuffer bytes, Content content) {
            if (UploadMap.isZero(bytes)) {
                return new RecipeRun.Zero(content.length);
            }
            ChunkId id = ChunkId.of(bytes);
            contents.putIfAbsent(id, content);
            return new RecipeRun.Chunk(id, 0, content.length);
        }
    }
}
