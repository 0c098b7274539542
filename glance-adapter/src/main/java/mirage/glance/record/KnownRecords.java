package mirage.glance.record;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * Records that were read before, by their revision: what the database has to tell of an image is then one number. Of
 * several processes on one database each has its own, and none need hear of the others' changes. Safe for use by many
 * threads.
 */
final class KnownRecords {
    /** A record with ids, digests, formats and times, and its place in the cache. */
    private static final int RECORD_BYTES = 1500;

    /** A property, a tag or a location beside its characters. */
    private static final int OBJECT_BYTES = 150;

    private final Cache<String, Revision> records;

    /**
     * @param mostBytes how much memory the records take at the most, by estimate; the least used go
     */
    KnownRecords(long mostBytes) {
        this.records =
                Caffeine.newBuilder()
                        .maximumWeight(mostBytes)
                        .weigher(KnownRecords::weight)
                        .build();
    }

    /** Tenants choose how many properties and how long values a record has, so records are not counted but weighed. */
    private static int weight(String id, Revision revision) {
        ImageRecord record = revision.record;
        ImageAttributes attributes = record.attributes();
        long characters = 0;
        for (Map.Entry<String, String> property : attributes.properties().entrySet()) {
            characters += property.getKey().length() + (long) property.getValue().length();
        }
        for (String tag : attributes.tags()) {
            characters += tag.length();
        }
        for (ImageLocation location : record.locations()) {
            characters += location.url().length();
            for (Map.Entry<String, String> one : location.metadata().entrySet()) {
                characters += one.getKey().length() + (long) one.getValue().length();
            }
        }
        long objects =
                attributes.properties().size()
                        + attributes.tags().size()
                        + record.locations().size();
        long bytes = RECORD_BYTES + objects * OBJECT_BYTES + characters * Character.BYTES;
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    /** How much is kept, once what is too much has gone. */
    long settledBytes() {
        records.cleanUp();
        return records.policy().eviction().orElseThrow().weightedSize().orElseThrow();
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
