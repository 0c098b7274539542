package mirage.pack;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.MissingBlobException;
import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.chunk.MissingChunkException;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
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

    private final BlobStore blobs;
    private final ChunkIndex index;
    private final PackSettings settings;
    private final RandomGenerator salts;
    private final Set<PackId> unreadable;
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
            Set<PackId> unreadable) {
        this.blobs = blobs;
        this.index = index;
        this.settings = settings;
        this.salts = salts;
        this.unreadable = Set.copyOf(unreadable);
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
        Set<PackId> unreadable = follow(blobs, index);
        return new ChunkStore(blobs, index, settings, salts, unreadable);
    }

    private static Set<PackId> follow(BlobStore blobs, ChunkIndex index) throws IOException {
        Set<PackId> present = packsIn(blobs);
        Set<PackId> gone = new HashSet<>(index.packs());
        Set<PackId> added = new HashSet<>(present);
        added.removeAll(gone);
        gone.removeAll(present);
        if (!gone.isEmpty()) {
            LOG.warn("{} packs of the chunk index are gone from the store", gone.size());
            index.removePacks(gone);
        }
        Set<PackId> unreadable = new HashSet<>();
        for (PackId pack : added) {
            try (ByteSource content = blobs.open(pack.blobName())) {
                index.addPack(pack, PackFormat.readTable(pack, content));
            } catch (MissingBlobException deletedMeanwhile) {
                LOG.info("pack {} was deleted while it was to be indexed", pack);
            } catch (CorruptBlobException | UnsupportedBlobException e) {
                LOG.error("pack {} cannot be read, its chunks are missing", pack, e);
                unreadable.add(pack);
            }
        }
        if (!added.isEmpty()) {
            LOG.info("{} packs added to the chunk index", added.size() - unreadable.size());
        }
        return unreadable;
    }

    private static Set<PackId> packsIn(BlobStore blobs) throws IOException {
        Set<PackId> packs = new HashSet<>();
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            if (PackId.isId(name.id())) {
                packs.add(new PackId(name.id()));
            } else {
                LOG.warn("blob {} does not have the name of a pack and is left alone", name);
            }
        }
        return packs;
    }

    /** The place of a chunk, null when it is not in the store. */
    public @Nullable ChunkPlace find(ChunkId id) throws IOException {
        return index.find(id);
    }

    /** See {@link ChunkIndex#findAll}. */
    public void findAll(List<ChunkId> ids, @Nullable ChunkPlace[] places) throws IOException {
        index.findAll(ids, places);
    }

    /**
     * The content of a chunk. Its frame is kept for further reads. Beside the checksums of the frame, the digest of the
     * content is compared with the id.
     *
     * @throws MissingChunkException when there is no such chunk
     * @throws CorruptPackException when it is damaged
     */
    @Override
    public ByteBuffer read(ChunkId id) throws IOException {
        ChunkPlace place = index.find(id);
        while (place != null) {
            try {
                return chunkIn(cache.get(place.frameId()), id, place);
            } catch (MissingBlobException e) {
                // What removes packs may have moved the chunk after it was found.
                ChunkPlace lost = place;
                place = index.find(id);
                if (lost.equals(place)) {
                    throw missing(id, e);
                }
            }
        }
        throw new MissingChunkException(id);
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

    private static MissingChunkException missing(ChunkId id, MissingBlobException cause) {
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
        return cache.get(frame);
    }

    /** Like {@link #readFrame}, for one pass over much: leaves what is kept for others as it is. */
    public ByteBuffer readFrameUncached(FrameId frame) throws IOException {
        return frames.read(frame);
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
            throw corrupt(id, place, "the frame ends at " + frame.capacity());
        }
        ByteBuffer content = frame.slice(place.offset(), place.length());
        ChunkId found = ChunkId.of(content);
        if (!found.equals(id)) {
            throw corrupt(id, place, "content has digest " + found);
        }
        return content;
    }

    /** A writer for one ingest; any number may write at the same time. */
    public ChunkWriter newWriter() {
        return new ChunkWriter(blobs, index, settings, salts, buffers, compressors);
    }

    /** A writer for the metadata of one ingest: recipes and file tables go into packs of their own. */
    public ChunkWriter newMetadataWriter() {
        PackSettings forMetadata = settings.forMetadata();
        return new ChunkWriter(blobs, index, forMetadata, salts, metadataBuffers, compressors);
    }

    /** What the store holds. */
    public StoreStatistics statistics() throws IOException {
        return index.statistics();
    }

    /** All packs whose chunks can be found. */
    public Set<PackId> packs() throws IOException {
        return index.packs();
    }

    /** Packs that were in the store when it was opened and could not be added to the index. */
    public Set<PackId> unreadablePacks() {
        return unreadable;
    }

    /** Ends the store and its index. Close all writers before. */
    @Override
    public void close() throws IOException {
        compressors.close();
        index.close();
    }
}
