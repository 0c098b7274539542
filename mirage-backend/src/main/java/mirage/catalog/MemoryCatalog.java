package mirage.catalog;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;

/** A catalog that lives as long as its process. */
public final class MemoryCatalog implements Catalog {
    private final ConcurrentSkipListMap<ImageId, CatalogEntry> entries =
            new ConcurrentSkipListMap<>();

    @Override
    public @Nullable CatalogEntry find(ImageId image) {
        return entries.get(image);
    }

    @Override
    public List<CatalogEntry> list() {
        return List.copyOf(entries.values());
    }

    @Override
    public List<DamagedEntry> damaged() {
        return List.of();
    }

    @Override
    public synchronized void swap(@Nullable CatalogEntry expected, CatalogEntry next)
            throws CatalogConflictException {
        if (!Objects.equals(entries.get(next.image()), expected)) {
            throw new CatalogConflictException(next.image());
        }
        entries.put(next.image(), next);
    }

    @Override
    public synchronized @Nullable CatalogEntry remove(ImageId image) {
        return entries.remove(image);
    }

    @Override
    public synchronized void remove(CatalogEntry expected) throws CatalogConflictException {
        if (!entries.remove(expected.image(), expected)) {
            throw new CatalogConflictException(expected.image());
        }
    }

    @Override
    public void close() {}
}
