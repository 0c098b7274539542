package mirage.glance.quota;

import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.transfer.ContentCheck;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/**
 * Lets pass what a project still has room for. Asked at the start of a request, so that requests beside each other may
 * together go beyond what is allowed, as with Glance. What counts is the project that owns the image; images without an
 * owner are not counted. Safe for use by many threads.
 *
 * <p>All refusals are a {@link mirage.glance.http.HttpFailure}: 413, or 503 when the limits cannot be had.
 */
public interface Quotas {
    /** Any number of anything. */
    Quotas NONE = new Quotas() {};

    /**
     * What a project has of something, and how much it may have.
     *
     * @param limit -1 for any number
     */
    record Usage(long usage, long limit) {}

    /** Knows the limits of projects. */
    @FunctionalInterface
    interface Limits {
        /**
         * The limits of a project by name, -1 for those that are none.
         *
         * @throws IOException when they cannot be had
         */
        Map<String, Long> of(String project) throws IOException;
    }

    /** So many bytes for each project, in all stores together. */
    static Quotas ofBytes(ImageRecords records, long bytes) {
        return new StorageQuota(records, bytes);
    }

    /** What the limits say of each project. */
    static Quotas ofLimits(ImageRecords records, Limits limits) {
        return new UnifiedLimits(records, limits);
    }

    /** Before an image is added. */
    default void requireRoomForImage(@Nullable String project) {}

    /**
     * Before the bytes of an image are uploaded.
     *
     * @param length of the body, negative when it is not known
     */
    default void requireRoomToUpload(ImageRecord image, long length) {}

    /** Before the bytes of an image are put in the staging area. */
    default void requireRoomToStage(ImageRecord image) {}

    /**
     * Before an image is imported or copied.
     *
     * @param isStaged whether its bytes are those in the staging area
     * @param places how many stores are to get them
     */
    default void requireRoomToImport(ImageRecord image, boolean isStaged, int places) {}

    /**
     * Before an image gets places on the web.
     *
     * @param sizes of what is there, each at least 0
     */
    default void requireRoomForPlaces(ImageRecord image, Collection<Long> sizes) {}

    /** Looks at bytes as they come, whose number nobody said before. */
    default ContentCheck check() {
        return ContentCheck.NOTHING;
    }

    /** What a project has of what is limited by name. */
    default Map<String, Usage> usageOf(@Nullable String project) {
        return Map.of();
    }
}
