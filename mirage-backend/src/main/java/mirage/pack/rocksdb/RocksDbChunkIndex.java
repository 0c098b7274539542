package mirage.pack.rocksdb;

import mirage.chunk.ChunkId;
import mirage.codec.CorruptBlobException;
import mirage.pack.ChunkIndex;
import mirage.pack.ChunkPlace;
import mirage.pack.PackChunk;
import mirage.pack.PackId;
import mirage.pack.PackTable;
import mirage.pack.StoreStatistics;
import mirage.pack.rocksdb.IndexLayout.Marker;
import mirage.pack.rocksdb.IndexLayout.Place;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A chunk index in a directory, which it has to itself. Takes about 50 bytes of disk a chunk, and a bounded amount of
 * memory. What is damaged is thrown away and made anew by whoever opens the store: see {@code docs/format/index.md}.
 *
 * <p>The idea: a place names its pack by a number, and a place counts only while its number's marker is there. So a pack
 * comes in by one batch and goes out by deleting one key; dead places are swept afterwards, or by a later sweep.
 */
public final class RocksDbChunkIndex implements ChunkIndex {
    private static final int BATCH_KEYS = 1024;

    private final IndexDirectory directory;
    private final IndexDatabase db;

    /** Read-held by every use of the database, write-held to close it. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    /** Held by every change. */
    private final Object change = new Object();

    /** The packs in the index; equal to the markers. */
    private final Map<Integer, Marker> byNumber = new ConcurrentHashMap<>();

    private final Map<PackId, Marker> byPack = new ConcurrentHashMap<>();
    private int nextNumber;
    private boolean closed;

    private RocksDbChunkIndex(IndexDirectory directory, IndexDatabase db, IndexContents contents) {
        this.directory = directory;
        this.db = db;
        this.nextNumber = contents.nextNumber();
        contents.markers().forEach(this::remember);
    }

    /**
     * Opens an index, or makes one. One that is damaged, or of another version, is thrown away, with a line in the log:
     * the index is empty then.
     *
     * @param directory made when missing; its parent must exist
     * @throws IOException when another process uses it, or it cannot be read or written
     */
    public static RocksDbChunkIndex open(Path directory) throws IOException {
        IndexDirectory own = IndexDirectory.lock(directory);
        try {
            IndexDirectory.Opened opened = own.open();
            return new RocksDbChunkIndex(own, opened.db(), opened.contents());
        } catch (IOException | RuntimeException e) {
            own.close();
            throw e;
        }
    }

    @Override
    public @Nullable ChunkPlace find(ChunkId id) throws IOException {
        byte[] key = id.toBytes();
        return using(() -> Optional.ofNullable(findPlace(key, db.place(key)))).orElse(null);
    }

    @Override
    public void findAll(List<ChunkId> ids, @Nullable ChunkPlace[] places) throws IOException {
        if (places.length < ids.size()) {
            throw new IllegalArgumentException(
                    "room for " + places.length + " places, " + ids.size() + " ids");
        }
        for (int start = 0; start < ids.size(); start += BATCH_KEYS) {
            int first = start;
            List<byte[]> keys =
                    ids.subList(first, Math.min(first + BATCH_KEYS, ids.size())).stream()
                            .map(ChunkId::toBytes)
                            .toList();
            using(() -> {
                List<byte @Nullable []> found = db.places(keys);
                for (int i = 0; i < keys.size(); i++) {
                    places[first + i] = findPlace(keys.get(i), found.get(i));
                }
                return keys;
            });
        }
    }

    @Override
    public List<ChunkPlace> findCopies(ChunkId id) throws IOException {
        byte[] key = id.toBytes();
        return using(() -> {
            List<ChunkPlace> all = new ArrayList<>();
            synchronized (change) {
                ChunkPlace first = findPlace(key, db.place(key));
                if (first != null) {
                    all.add(first);
                }
                for (Place copy : findCopies(key)) {
                    ChunkPlace place = resolve(copy);
                    if (place != null && !place.equals(first)) {
                        all.add(place);
                    }
                }
            }
            return all;
        });
    }

    @Override
    public void prefer(ChunkId id, ChunkPlace place) throws IOException {
        byte[] key = id.toBytes();
        using(() -> {
            synchronized (change) {
                for (Place copy : findCopies(key)) {
                    if (place.equals(resolve(copy))) {
                        prefer(key, copy);
                    }
                }
            }
            return place;
        });
    }

    private void prefer(byte[] chunkId, Place copy) throws RocksDBException, CorruptBlobException {
        byte[] first = db.place(chunkId);
        try (IndexDatabase.Batch batch = db.newBatch()) {
            batch.deleteCopy(IndexLayout.copyKey(chunkId, copy.number()));
            if (first != null && isLive(first)) {
                batch.putCopy(IndexLayout.copyKey(chunkId, Place.decode(first).number()), first);
            }
            batch.putPlace(chunkId, copy.encode());
            db.write(batch);
        }
    }

    @Override
    public void addPack(PackId pack, PackTable table) throws IOException {
        using(() -> {
            synchronized (change) {
                if (!byPack.containsKey(pack)) {
                    add(pack, table);
                }
            }
            return pack;
        });
    }

    @Override
    public Set<PackId> packs() throws IOException {
        return using(() -> Set.copyOf(byPack.keySet()));
    }

    @Override
    public void removePacks(Set<PackId> packs) throws IOException {
        using(() -> {
            if (removeMarkers(packs)) {
                sweepPlaces();
                sweepCopies();
            }
            return packs;
        });
    }

    @Override
    public StoreStatistics statistics() throws IOException {
        return using(() ->
                byNumber.values().stream()
                        .map(Marker::holds)
                        .reduce(StoreStatistics.EMPTY, StoreStatistics::plus));
    }

    @Override
    public void close() throws IOException {
        use.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            db.close();
            directory.close();
        } finally {
            use.writeLock().unlock();
        }
    }

    private void add(PackId pack, PackTable table) throws RocksDBException, CorruptBlobException {
        Marker marker = new Marker(nextNumber, pack, StoreStatistics.of(table));
        try (IndexDatabase.Batch batch = db.newBatch()) {
            List<PackChunk> chunks = table.chunks();
            for (int start = 0; start < chunks.size(); start += BATCH_KEYS) {
                addPlaces(
                        batch,
                        marker.number(),
                        chunks.subList(start, Math.min(start + BATCH_KEYS, chunks.size())));
            }
            batch.putMeta(marker.key(), marker.encode());
            batch.putMeta(IndexLayout.NEXT_KEY, IndexLayout.number(nextNumber + 1));
            db.write(batch);
        }
        nextNumber = Math.addExact(nextNumber, 1);
        remember(marker);
    }

    private void addPlaces(IndexDatabase.Batch batch, int number, List<PackChunk> chunks)
            throws RocksDBException, CorruptBlobException {
        List<byte[]> keys = chunks.stream().map(chunk -> chunk.id().toBytes()).toList();
        List<byte @Nullable []> present = db.places(keys);
        for (int i = 0; i < keys.size(); i++) {
            byte[] place = Place.of(number, chunks.get(i)).encode();
            if (isLive(present.get(i))) {
                batch.putCopy(IndexLayout.copyKey(keys.get(i), number), place);
            } else {
                batch.putPlace(keys.get(i), place);
            }
        }
    }

    private boolean removeMarkers(Set<PackId> packs) throws RocksDBException {
        synchronized (change) {
            List<Marker> removed = new ArrayList<>();
            try (IndexDatabase.Batch batch = db.newBatch()) {
                for (PackId pack : packs) {
                    Marker marker = byPack.get(pack);
                    if (marker != null) {
                        batch.deleteMeta(marker.key());
                        removed.add(marker);
                    }
                }
                db.write(batch);
            }
            for (Marker marker : removed) {
                byPack.remove(marker.pack());
                byNumber.remove(marker.number());
            }
            return !removed.isEmpty();
        }
    }

    /** Replaces each dead place by a copy, or deletes it. */
    private void sweepPlaces() throws RocksDBException, CorruptBlobException {
        try (RocksIterator all = db.scanChunks()) {
            List<byte[]> dead = new ArrayList<>();
            for (all.seekToFirst(); all.isValid(); all.next()) {
                if (!isLive(all.value())) {
                    dead.add(all.key());
                }
                if (dead.size() == BATCH_KEYS) {
                    replaceDeadPlaces(dead);
                    dead.clear();
                }
            }
            all.status();
            replaceDeadPlaces(dead);
        }
    }

    private void replaceDeadPlaces(List<byte[]> chunkIds)
            throws RocksDBException, CorruptBlobException {
        synchronized (change) {
            try (IndexDatabase.Batch batch = db.newBatch()) {
                for (byte[] chunkId : chunkIds) {
                    if (isLive(db.place(chunkId))) {
                        continue; // A pack that was added since the scan holds it.
                    }
                    Place copy = findCopy(chunkId);
                    if (copy == null) {
                        batch.deletePlace(chunkId);
                    } else {
                        batch.putPlace(chunkId, copy.encode());
                        batch.deleteCopy(IndexLayout.copyKey(chunkId, copy.number()));
                    }
                }
                db.write(batch);
            }
        }
    }

    /** Dead copies stay dead, numbers are not given again: no lock is needed. */
    private void sweepCopies() throws RocksDBException, CorruptBlobException {
        try (RocksIterator all = db.scanCopies()) {
            List<byte[]> dead = new ArrayList<>();
            for (all.seekToFirst(); all.isValid(); all.next()) {
                if (!isLive(all.value())) {
                    dead.add(all.key());
                }
                if (dead.size() == BATCH_KEYS) {
                    deleteCopies(dead);
                    dead.clear();
                }
            }
            all.status();
            deleteCopies(dead);
        }
    }

    private void deleteCopies(List<byte[]> copyKeys) throws RocksDBException {
        try (IndexDatabase.Batch batch = db.newBatch()) {
            for (byte[] key : copyKeys) {
                batch.deleteCopy(key);
            }
            db.write(batch);
        }
    }

    /**
     * @param value what was found for the chunk
     */
    private @Nullable ChunkPlace findPlace(byte[] chunkId, byte @Nullable [] value)
            throws RocksDBException, CorruptBlobException {
        byte[] current = value;
        while (current != null) {
            ChunkPlace place = resolve(Place.decode(current));
            if (place != null) {
                return place;
            }
            Place copy = findCopy(chunkId);
            place = copy == null ? null : resolve(copy);
            if (place != null) {
                return place;
            }
            // A sweep may have moved the copy to the first place since the value was read.
            byte[] again = db.place(chunkId);
            if (Arrays.equals(again, current)) {
                return null;
            }
            current = again;
        }
        return null;
    }

    private @Nullable Place findCopy(byte[] chunkId) throws RocksDBException, CorruptBlobException {
        List<Place> copies = findCopies(chunkId);
        return copies.isEmpty() ? null : copies.getFirst();
    }

    /** Those whose packs are there. */
    private List<Place> findCopies(byte[] chunkId) throws RocksDBException, CorruptBlobException {
        List<Place> found = new ArrayList<>();
        try (RocksIterator copies = db.scanCopies()) {
            copies.seek(chunkId);
            for (; copies.isValid() && startsWith(copies.key(), chunkId); copies.next()) {
                Place place = Place.decode(copies.value());
                if (byNumber.containsKey(place.number())) {
                    found.add(place);
                }
            }
            copies.status();
        }
        return found;
    }

    private @Nullable ChunkPlace resolve(Place place) {
        Marker marker = byNumber.get(place.number());
        return marker == null
                ? null
                : new ChunkPlace(marker.pack(), place.frame(), place.offset(), place.length());
    }

    private boolean isLive(byte @Nullable [] place) throws CorruptBlobException {
        return place != null && byNumber.containsKey(Place.decode(place).number());
    }

    private void remember(Marker marker) {
        byNumber.put(marker.number(), marker);
        byPack.put(marker.pack(), marker);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private interface Use<T> {
        T run() throws RocksDBException, CorruptBlobException;
    }

    /** Runs while the database stays open, and has damage thrown away at the next start. */
    private <T> T using(Use<T> work) throws IOException {
        use.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the chunk index is closed");
            }
            return work.run();
        } catch (RocksDBException e) {
            throw directory.failure(e);
        } catch (CorruptBlobException e) {
            directory.requestRebuild();
            throw e;
        } finally {
            use.readLock().unlock();
        }
    }
}
