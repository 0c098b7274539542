package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * All that the Image API says of an image. Times are kept to the microsecond, so that lists in the order of creation
 * have few equals.
 *
 * @param data what is known of the bytes; null when there are none
 * @param locations where the bytes are, in the order in which they are tried
 * @param imported how far its import is, null when it never had one
 * @param node name of the node that moves its bytes, empty when none does
 */
public record ImageRecord(
        ImageId id,
        ImageAttributes attributes,
        ImageStatus status,
        @Nullable ImageData data,
        List<ImageLocation> locations,
        @Nullable ImageImport imported,
        String node,
        Instant createdAt,
        Instant updatedAt) {
    public ImageRecord {
        if ((status.hasData() && data == null) || (data != null && !status.mayKnowData())) {
            throw new IllegalArgumentException(
                    "image " + id + " is " + status.wireName() + " with data " + data);
        }
        if (!locations.isEmpty() && !status.hasData()) {
            throw new IllegalArgumentException(
                    "image " + id + " is " + status.wireName() + " with locations " + locations);
        }
        locations = List.copyOf(locations);
        createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
        updatedAt = updatedAt.truncatedTo(ChronoUnit.MICROS);
    }

    /** A new image without bytes. */
    public static ImageRecord queued(ImageId id, ImageAttributes attributes, Instant now) {
        return new ImageRecord(
                id, attributes, ImageStatus.QUEUED, null, List.of(), null, "", now, now);
    }

    public ImageRecord withAttributes(ImageAttributes newAttributes, Instant now) {
        return new ImageRecord(
                id, newAttributes, status, data, locations, imported, node, createdAt, now);
    }

    /** Learns more about the bytes; no change that its owner made. */
    public ImageRecord withData(@Nullable ImageData newData) {
        return new ImageRecord(
                id, attributes, status, newData, locations, imported, node, createdAt, updatedAt);
    }

    /** With its bytes in other places. */
    public ImageRecord withLocations(List<ImageLocation> newLocations, Instant now) {
        return new ImageRecord(
                id, attributes, status, data, newLocations, imported, node, createdAt, now);
    }

    public ImageRecord withImport(@Nullable ImageImport newImport, Instant now) {
        return new ImageRecord(
                id, attributes, status, data, locations, newImport, node, createdAt, now);
    }

    /** Its bytes are moved by that node from now on; by none when the name is empty. */
    public ImageRecord movedBy(String newNode) {
        return new ImageRecord(
                id, attributes, status, data, locations, imported, newNode, createdAt, updatedAt);
    }

    /** The upload has begun, at that node. */
    public ImageRecord saving(String atNode, Instant now) {
        return moved(ImageStatus.SAVING, null, List.of(), now).movedBy(atNode);
    }

    /** The upload to the staging area has begun, at that node. */
    public ImageRecord uploading(String atNode, Instant now) {
        return moved(ImageStatus.UPLOADING, null, List.of(), now).movedBy(atNode);
    }

    /** The staging area has the bytes. */
    public ImageRecord staged(ImageData staged, Instant now) {
        return new ImageRecord(
                id, attributes, status, staged, locations, imported, "", createdAt, now);
    }

    /** A task gets the bytes. */
    public ImageRecord importing(Instant now) {
        return moved(ImageStatus.IMPORTING, data, List.of(), now);
    }

    /** The import has failed, the bytes are still staged. */
    public ImageRecord stagedAgain(Instant now) {
        return moved(ImageStatus.UPLOADING, data, List.of(), now).movedBy("");
    }

    /** The upload has failed, the image is as it was before. */
    public ImageRecord queuedAgain(Instant now) {
        return moved(ImageStatus.QUEUED, null, List.of(), now).movedBy("");
    }

    /** The image has its bytes. */
    public ImageRecord active(ImageData newData, List<ImageLocation> at, Instant now) {
        return moved(ImageStatus.ACTIVE, newData, at, now).movedBy("");
    }

    public ImageRecord deactivated(Instant now) {
        return moved(ImageStatus.DEACTIVATED, data, locations, now);
    }

    public ImageRecord reactivated(Instant now) {
        return moved(ImageStatus.ACTIVE, data, locations, now);
    }

    private ImageRecord moved(
            ImageStatus next, @Nullable ImageData newData, List<ImageLocation> at, Instant now) {
        if (!status.mayBecome(next)) {
            throw new IllegalStateException(
                    "image " + id + " is " + status.wireName() + ", cannot be " + next.wireName());
        }
        return new ImageRecord(id, attributes, next, newData, at, imported, node, createdAt, now);
    }
}
