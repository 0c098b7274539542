package mirage.glance.record;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

/**
 * Records that were read before, by their revision: what the database has to tell of an image is then one number. Of
 * several processes on one database each has its own, and none need hear of the others' changes. Safe for use by many
 * threads.
 */
final class KnownRecords {
    private final Cache<String, Revision> records;

    /**
     * @param most how many are kept; the least used go
     */
    KnownRecords(int most) {
        this.records = Caffeine.newBuilder().maximumSize(most).build();
    }

    /** The record of an image, null when another revision or none is known. */
    @Nullable ImageRecord find(String id, long revision) {
        Revision known = records.getIfPresent(id);
        return known != null && known.revision == revision ? known.record : null;
    }

    /** Whether it is worth asking for the revision of an image alone. */
    boolean has(ImageId id) {
        return records.getIfPresent(id.value()) != null;
    }

    void put(ImageRecord record, long revision) {
        records.put(record.id().value(), new Revision(record, revision));
    }

    private record Revision(ImageRecord record, long revision) {}
}
