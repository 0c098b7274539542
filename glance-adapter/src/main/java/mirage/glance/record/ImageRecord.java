package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * All that the Image API says of an image. Times are kept to the microsecond, so that lists in the order of creation
 * have few equals.
 *
 * @param data what is known of the bytes, null exactly when there are none
 */
public record ImageRecord(
        ImageId id,
        ImageAttributes attributes,
        ImageStatus status,
        @Nullable ImageData data,
        Instant createdAt,
        Instant updatedAt) {
    public ImageRecord {
        if (status.hasData() != (data != null)) {
            throw new IllegalArgumentException(
                    "image " + id + " is " + status.wireName() + " with data " + data);
        }
        createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
        updatedAt = updatedAt.truncatedTo(ChronoUnit.MICROS);
    }

    /** A new image without bytes. */
    public static ImageRecord queued(ImageId id, ImageAttributes attributes, Instant now) {
        return new ImageRecord(id, attributes, ImageStatus.QUEUED, null, now, now);
    }

    public ImageRecord withAttributes(ImageAttributes newAttributes, Instant now) {
        return new ImageRecord(id, newAttributes, status, data, createdAt, now);
    }

    /** Learns more about the bytes; no change that its owner made. */
    public ImageRecord withData(ImageData newData) {
        return new ImageRecord(id, attributes, status, newData, createdAt, updatedAt);
    }

    /** The upload has begun. */
    public ImageRecord saving(Instant now) {
        return moved(ImageStatus.SAVING, null, now);
    }

    /** The upload has failed, the image is as it was before. */
    public ImageRecord queuedAgain(Instant now) {
        return moved(ImageStatus.QUEUED, null, now);
    }

    /** The image has its bytes. */
    public ImageRecord active(ImageData newData, Instant now) {
        return moved(ImageStatus.ACTIVE, newData, now);
    }

    public ImageRecord deactivated(Instant now) {
        return moved(ImageStatus.DEACTIVATED, data, now);
    }

    public ImageRecord reactivated(Instant now) {
        return moved(ImageStatus.ACTIVE, data, now);
    }

    private ImageRecord moved(ImageStatus next, @Nullable ImageData newData, Instant now) {
        if (!status.mayBecome(next)) {
            throw new IllegalStateException(
                    "image " + id + " is " + status.wireName() + ", cannot be " + next.wireName());
        }
        return new ImageRecord(id, attributes, next, newData, createdAt, now);
    }
}
