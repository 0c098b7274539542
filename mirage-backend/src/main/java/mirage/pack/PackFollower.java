package mirage.pack;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.MissingBlobException;
import mirage.bytes.ByteSource;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps an index up with the packs of a store that others write to, too: names are listed, and the tables of packs that
 * are new are read. A pack appears complete, so none is seen half written. However many ask at once, one lists for all,
 * and no more often than every {@value #LEAST_PAUSE_MILLIS} ms.
 */
final class PackFollower {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkStore.class);
    private static final long LEAST_PAUSE_MILLIS = 200;

    private final BlobStore blobs;
    private final ChunkIndex index;
    private final Set<PackId> unreadable = ConcurrentHashMap.newKeySet();
    private final AtomicLong begun = new AtomicLong();
    private long endedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(LEAST_PAUSE_MILLIS);

    PackFollower(BlobStore blobs, ChunkIndex index) {
        this.blobs = blobs;
        this.index = index;
    }

    /** Packs that are there and whose tables cannot be read. */
    Set<PackId> unreadable() {
        return Set.copyOf(unreadable);
    }

    /** At the start: what the index knows and what is gone is removed from it, what is new is added. */
    void start() throws IOException {
        Set<PackId> present = packs();
        Set<PackId> gone = new HashSet<>(index.packs());
        gone.removeAll(present);
        if (!gone.isEmpty()) {
            LOG.warn("{} packs of the chunk index are gone from the store", gone.size());
            index.removePacks(gone);
        }
        for (PackId pack : newIn(present)) {
            add(pack);
        }
    }

    /** Adds what was written until now. When this returns, a listing was made that began after it was called. */
    void look() throws IOException {
        long before = begun.get();
        synchronized (this) {
            if (begun.get() > before) {
                return;
            }
            pause();
            begun.incrementAndGet();
            try {
                addNew();
            } finally {
                endedNanos = System.nanoTime();
            }
        }
    }

    private void pause() throws InterruptedIOException {
        long left =
                endedNanos + TimeUnit.MILLISECONDS.toNanos(LEAST_PAUSE_MILLIS) - System.nanoTime();
        try {
            TimeUnit.NANOSECONDS.sleep(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while looking for new packs");
        }
    }

    private Set<PackId> newIn(Set<PackId> present) throws IOException {
        Set<PackId> added = new HashSet<>(present);
        added.removeAll(index.packs());
        added.removeAll(unreadable);
        return added;
    }

    /** One that cannot be read now does not keep the others from being found; it is tried again the next time. */
    private void addNew() throws IOException {
        for (PackId pack : newIn(packs())) {
            try {
                add(pack);
            } catch (IOException e) {
                LOG.error("pack {} cannot be read now", pack, e);
            }
        }
    }

    private void add(PackId pack) throws IOException {
        try (ByteSource content = blobs.open(pack.blobName())) {
            index.addPack(pack, PackFormat.readTable(pack, content));
            LOG.debug("pack {} added to the chunk index", pack);
        } catch (MissingBlobException deletedMeanwhile) {
            LOG.info("pack {} was deleted while it was to be indexed", pack);
        } catch (CorruptBlobException | UnsupportedBlobException e) {
            LOG.error("pack {} cannot be read, its chunks are missing", pack, e);
            unreadable.add(pack);
        }
    }

    private Set<PackId> packs() throws IOException {
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
}
