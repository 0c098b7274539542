package mirage.glance.cache;

import mirage.catalog.ImageId;

import java.time.Instant;

/**
 * An image in the cache.
 *
 * @param size in bytes
 * @param hits how often it was read since the process began
 */
public record CachedImage(
        ImageId id, long size, long hits, Instant lastAccessed, Instant lastModified) {}
