package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The hosts that images are deployed to, the images that are revoked, and which hosts hold nothing of them any more.
 * Changes are atomic and durable as those of {@link ImageRecords}. Safe for use by many threads.
 */
public interface Hosts {
    /**
     * A host tells of itself. Of the revoked images, one that it holds is not confirmed by it any more; one that it has
     * removed, and was told to, is.
     *
     * @param host at most 255 characters
     * @param atMost how many images it can be told to remove at once
     */
    Answer tell(String host, Set<ImageId> holds, Set<ImageId> removed, Instant now, int atMost);

    /**
     * What a host is told.
     *
     * @param seenBefore when it told of itself before, null when it never did
     * @param toRemove revoked images that it did not confirm, by the time of their revocation
     */
    record Answer(@Nullable Instant seenBefore, List<ImageId> toRemove) {}

    /** Revokes an image, for good. One that is revoked stays as it is. */
    void revoke(ImageId image, Instant now);

    boolean isRevoked(ImageId image);

    /**
     * How far a revocation is, null when the image is not revoked.
     *
     * @param seenAfter hosts that were not seen after that time are not waited for
     */
    @Nullable Revocation revocation(ImageId image, Instant seenAfter);

    /** Forgets hosts that were not seen after a time. What they confirmed stays. */
    void forget(Instant seenAfter);

    /**
     * How far a revocation is.
     *
     * @param confirmed hosts that hold nothing of the image, by name
     * @param outstanding hosts that did not tell so, by name
     */
    record Revocation(Instant revokedAt, List<String> confirmed, List<String> outstanding) {}
}
