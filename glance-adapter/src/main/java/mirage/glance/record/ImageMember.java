package mirage.glance.record;

import mirage.catalog.ImageId;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A project that a shared image is shown to.
 *
 * @param project its id
 */
public record ImageMember(
        ImageId image, String project, Status status, Instant createdAt, Instant updatedAt) {
    public ImageMember {
        createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
        updatedAt = updatedAt.truncatedTo(ChronoUnit.MICROS);
    }

    public ImageMember withStatus(Status newStatus, Instant now) {
        return new ImageMember(image, project, newStatus, createdAt, now);
    }

    /** What a project makes of an image that it was shown. */
    public enum Status {
        /** Nothing yet: the image is not in its lists. */
        PENDING,
        /** The image is in its lists. */
        ACCEPTED,
        /** The image is not in its lists. */
        REJECTED;

        /** As the Image API writes it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
