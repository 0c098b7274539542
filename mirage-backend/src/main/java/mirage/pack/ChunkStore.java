package mirage.pack;

import mirage.blob.BlobStore;
import mirage.blob.MissingBlobException;
import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.chunk.MissingChunkException;
import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * Chunks stored once, in packs of a {@link BlobStore}, found through a {@link ChunkIndex}. Safe for use by many
 * threads; what may run beside what is in the package's description.
 */
public final class ChunkStore implements ChunkSource, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkStore.class);

    /** Of one chunk, that are tried. */
    private static final int MAX_PLACES = 16;

    private final BlobStore blobs;
    private final ChunkIndex index;
    private final PackSettings settings;
    private final RandomGenerator salts;
    private final PackFollower follower;
    private final CondemnedPlaces condemned = new CondemnedPlaces();
    private final FrameReader frames;
    private final FrameCache cache;
    private final FrameBuffers buffers;
    private final FrameBuffers metadataBuffers;
    private final ExecutorService compressors =
            Executors.newFixedThreadPool(
                    Runtime.getRuntime().availableProcessors(),
                    Thread.ofPlatform().name("mirage-compress-", 0).daemon().factory());

    private ChunkStore(
            BlobStore blobs,
            ChunkIndex index,
            PackSettings settings,
            RandomGenerator salts,
            PackFollower follower) {
        this.blobs = blobs;
        this.index = index;
        this.settings = settings;
        this.salts = salts;
        this.follower = follower;
        this.frames = new FrameReader(blobs);
        this.cache = new FrameCache(settings.frameCacheBytes(), frames::read);
        this.buffers = new FrameBuffers(settings.frameSizeBytes());
        this.metadataBuffers = new FrameBuffers(settings.forMetadata().frameSizeBytes());
    }

    /**
     * Opens a store and brings the index up to date: packs that it does not know are added, from their tables alone;
     * packs that it knows and that are gone are removed. A pack whose table is damaged, or of a later version, is left
     * out with an error in the log, and is told by {@link #unreadablePacks()}; it does not keep the others from being
     * read.
     *
     * @param blobs stays the caller's, to close after the store
     * @param index the store's from now on, closed with it; the caller's when this method throws
     */
    public static ChunkStore open(BlobStore blobs, ChunkIndex index, PackSettings settings)
            throws IOException {
        return open(blobs, index, settings, new SecureRandom());
    }

    /**
     * @param salts makes packs unlike each other: seeded in tests
     */
    static ChunkStore open(
            BlobStore blobs, ChunkIndex index, PackSettings settings, RandomGenerator salts)
            throws IOException {
        PackFollower follower = new PackFollower(blobs, index);
        follower.start();
        return new ChunkStore(blobs, index, settings, salts, follower);
    }

    /**
     * Adds the packs that others have written to the same blobs, so that their chunks are found and not stored again.
     * Readers see to it themselves when they miss a chunk.
     */
    public void follow() throws IOException {
        follower.look();
    }

    /** The place of a chunk, null when it is in no pack that this store knows of: see {@link #follow}. */
    public @Nullable ChunkPlace find(ChunkId id) throws IOException {
        return soundPlace(id, index.find(id));
    }

    /**
     * The place of a chunk that must be there.
     *
     * @throws MissingChunkException when it is in no pack, whoever wrote it
     */
    public ChunkPlace require(ChunkId id) throws IOException {
        ChunkPlace place = find(id);
        if (place == null || condemned.isNews(place)) {
            follower.look();
            if (place != null) {
                condemned.noNews(place);
            }
            place = find(id);
        }
        if (place == null) {
            throw new MissingChunkException(id);
        }
        return place;
    }

    /**
     * The places of many chunks that must be there, quicker than one by one.
     *
     * @throws MissingChunkException when one is in no pack, whoever wrote it
     */
    public List<ChunkPlace> requireAll(List<ChunkId> ids) throws IOException {
        @Nullable ChunkPlace[] found = new ChunkPlace[ids.size()];
        index.findAll(ids, found);
        List<ChunkPlace> places = new ArrayList<>(ids.size());
        for (int i = 0; i < found.length; i++) {
            ChunkPlace place = found[i];
            places.add(place == null || condemned.holds(place) ? require(ids.get(i)) : place);
        }
        return places;
    }

    /** Another place for a chunk whose own was found damaged, if there is one: from now on it is the first. */
    private @Nullable ChunkPlace soundPlace(ChunkId id, @Nullable ChunkPlace place)
            throws IOException {
        if (place == null || !condemned.holds(place)) {
            return place;
        }
        for (ChunkPlace copy : index.findCopies(id)) {
            if (!condemned.holds(copy)) {
                index.prefer(id, copy);
                return copy;
            }
        }
        return place;
    }

    /** Whether a chunk can be found, and was not found damaged. */
    boolean isStored(ChunkId id) throws IOException {
        ChunkPlace place = find(id);
        return place != null && !condemned.holds(place);
    }

    /**
     * Reads a pack that has proved damaged, so that all that it lost is known: it is stored again when it is put.
     */
    public void examine(PackId pack) throws IOException {
        PackTable table;
        try (ByteSource content = blobs.open(pack.blobName())) {
            table = PackFormat.readTable(pack, content);
        } catch (MissingBlobException | CorruptBlobException e) {
            LOG.error("pack {} is lost", pack, e);
            condemned.add(pack);
            return;
        }
        for (int i = 0; i < table.frames().size(); i++) {
            try {
                readFrameUncached(new FrameId(pack, i));
            } catch (MissingBlobException | CorruptPackException e) {
                LOG.error("frame {} of pack {} is lost", i, pack, e);
            }
        }
    }

    /** How many frames and packs were found damaged or gone since the start. */
    public int condemned() {
        return condemned.count();
    }

    /**
     * The content of a chunk. Its frame is kept for further reads. Beside the checksums of the frame, the digest of the
     * content is compared with the id. Where one place of the chunk is damaged, another is looked for.
     *
     * @throws MissingChunkException when there is no such chunk
     * @throws CorruptPackException when it is damaged
     */
    @Override
    public ByteBuffer read(ChunkId id) throws IOException {
        ChunkPlace place = require(id);
        for (int attempt = 1; ; attempt++) {
            try {
                return chunkIn(readFrame(place.frameId()), id, place);
            } catch (MissingBlobException | CorruptPackException e) {
                ChunkPlace failed = place;
                place = require(id);
                if (failed.equals(place) || attempt == MAX_PLACES) {
                    throw e instanceof CorruptPackException ? e : missing(id, e);
                }
            }
        }
    }

    private CorruptPackException corrupt(ChunkId id, ChunkPlace place, String found)
            throws IOException {
        return new CorruptPackException(
                place.pack(),
                frames.offsetOf(place.frameId()),
                "chunk "
                        + id
                        + " expected in frame "
                        + place.frame()
                        + " from "
                        + place.offset()
                        + " to "
                        + place.end()
                        + ", "
                        + found);
    }

    private static MissingChunkException missing(ChunkId id, IOException cause) {
        MissingChunkException missing = new MissingChunkException(id);
        missing.initCause(cause);
        return missing;
    }

    /**
     * The content of a frame, read-only, for callers that plan their reads: each frame once, in order. It is kept for
     * further reads, and was checked against the frame's checksums; that a chunk is where its place says is for
     * {@link #chunkIn} to check.
     *
     * @throws MissingBlobException when the pack is gone: find the chunks again
     * @throws CorruptPackException when it is damaged
     */
    public ByteBuffer readFrame(FrameId frame) throws IOException {
        return condemning(frame, cache::get);
    }

    /** Like {@link #readFrame}, for one pass over much: leaves what is kept for others as it is. */
    public ByteBuffer readFrameUncached(FrameId frame) throws IOException {
        return condemning(frame, frames::read);
    }

    private ByteBuffer condemning(FrameId frame, FrameCache.Loader loader) throws IOException {
        try {
            return loader.load(frame);
        } catch (MissingBlobException e) {
            condemned.add(frame.pack());
            throw e;
        } catch (CorruptPackException e) {
            condemned.add(frame);
            throw e;
        }
    }

    /**
     * Takes a chunk out of a frame that was read, and compares its digest with the id, in case the place is wrong.
     *
     * @param frame what {@link #readFrame} gave for the place's frame
     * @return read-only, over the frame's memory
     * @throws CorruptPackException when something else is there
     */
    public ByteBuffer chunkIn(ByteBuffer frame, ChunkId id, ChunkPlace place) throws IOException {
        if (place.end() > frame.capacity()) {
            condemned.add(place.frameId());
            throw corrupt(id, place, "the frame ends at " + frame.capacity());
        }
        ByteBuffer content = frame.slice(place.offset(), place.length());
        ChunkId found = ChunkId.of(content);
        if (!found.equals(id)) {
            condemned.add(place.frameId());
            throw corrupt(id, place, "content has digest " + found);
        }
        return content;
    }

    /** A writer for one ingest; any number may write at the same time. */
    public ChunkWriter newWriter() {
        return new ChunkWriter(this::isStored, blobs, index, settings, salts, buffers, compressors);
    }

    /** A writer for the metadata of one ingest: recipes and file tables go into packs of their own. */
    public ChunkWriter newMetadataWriter() {
        PackSettings forMetadata = settings.forMetadata();
        return new ChunkWriter(
                this::isStored, blobs, index, forMetadata, salts, metadataBuffers, compressors);
    }

    /** What the store holds. */
    public StoreStatistics statistics() throws IOException {
        return index.statistics();
    }

    /** All packs whose chunks can be found. */
    public Set<PackId> packs() throws IOException {
        return index.packs();
    }

    /** Packs that are in the store and could not be added to the index. */
    public Set<PackId> unreadablePacks() {
        return follower.unreadable();
    }

    /** Ends the store and its index. Close all writers before. */
    @Override
    public void close() throws IOException {
        compressors.close();
        index.close();
    }
}
