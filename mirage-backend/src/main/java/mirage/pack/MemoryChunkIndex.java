package mirage.pack;

import mirage.chunk.ChunkId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An index in memory, some 150 bytes a chunk: for tests, and for stores small enough to read all their tables at each
 * start.
 */
public final class MemoryChunkIndex implements ChunkIndex {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<PackId, StoreStatistics> packs = new HashMap<>();
    private final Map<ChunkId, ChunkPlace> places = new HashMap<>();

    /** Further places of chunks that more than one pack holds. */
    private final Map<ChunkId, List<ChunkPlace>> copies = new HashMap<>();

    private boolean closed;

    @Override
    public @Nullable ChunkPlace find(ChunkId id) {
        lock.readLock().lock();
        try {
            requireOpen();
            return places.get(id);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void findAll(List<ChunkId> ids, @Nullable ChunkPlace[] found) {
        lock.readLock().lock();
        try {
            requireOpen();
            int i = 0;
            for (ChunkId id : ids) {
                found[i++] = places.get(id);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public List<ChunkPlace> findCopies(ChunkId id) {
        lock.readLock().lock();
        try {
            requireOpen();
            List<ChunkPlace> all = new ArrayList<>();
            ChunkPlace first = places.get(id);
            if (first != null) {
                all.add(first);
                all.addAll(copies.getOrDefault(id, List.of()));
            }
            return all;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void prefer(ChunkId id, ChunkPlace place) {
        lock.writeLock().lock();
        try {
            requireOpen();
            @Nullable List<ChunkPlace> others = copies.get(id);
            ChunkPlace first = places.get(id);
            if (first != null && others != null && others.remove(place)) {
                others.add(first);
                places.put(id, place);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void addPack(PackId pack, PackTable table) {
        lock.writeLock().lock();
        try {
            requireOpen();
            if (packs.putIfAbsent(pack, StoreStatistics.of(table)) != null) {
                return;
            }
            for (PackChunk chunk : table.chunks()) {
                ChunkPlace place = chunk.place(pack);
                if (places.putIfAbsent(chunk.id(), place) != null) {
                    copies.computeIfAbsent(chunk.id(), id -> new ArrayList<>(1)).add(place);
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Set<PackId> packs() {
        lock.readLock().lock();
        try {
            requireOpen();
            return Set.copyOf(packs.keySet());
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void removePacks(Set<PackId> removed) {
        lock.writeLock().lock();
        try {
            requireOpen();
            packs.keySet().removeAll(removed);
            copies.values().forEach(list -> list.removeIf(at -> removed.contains(at.pack())));
            places.entrySet().removeIf(at -> removed.contains(at.getValue().pack()));
            copies.forEach((id, list) -> {
                if (!list.isEmpty() && !places.containsKey(id)) {
                    places.put(id, list.removeLast());
                }
            });
            copies.values().removeIf(List::isEmpty);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public StoreStatistics statistics() {
        lock.readLock().lock();
        try {
            requireOpen();
            return packs.values().stream().reduce(StoreStatistics.EMPTY, StoreStatistics::plus);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the chunk index is closed");
        }
    }
}
