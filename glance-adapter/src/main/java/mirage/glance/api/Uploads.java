package mirage.glance.api;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.library.ImageExistsException;
import mirage.library.ImageLibrary;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Objects;

/**
 * Receives the bytes of images.
 *
 * <pre>
 *   1. record  queued → saving      from here on no second upload begins
 *   2. library stores               durable, or nothing of it is kept
 *   3. record  saving → active      durable; only now the bytes belong to an image
 *   4. the client is told
 * </pre>
 *
 * A crash before 3 leaves a record in {@code saving}: the next start makes it {@code queued} and has the library forget
 * what it may hold, since no client was told. When the record is gone at 3 the image was deleted meanwhile.
 */
final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final ImageRecords records;
    private final ImageLibrary library;
    private final ApiLimits limits;
    private final Clock clock;

    Uploads(ImageRecords records, ImageLibrary library, ApiLimits limits, Clock clock) {
        this.records = records;
        this.library = library;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Step 1, as a change of the record.
     *
     * @throws HttpFailure 409 for an image that is not queued, 400 for one without formats
     */
    ImageRecord begin(ImageRecord image) {
        if (image.status() != ImageStatus.QUEUED) {
            throw HttpFailure.conflict(
                    "Image status transition from "
                            + image.status().wireName()
                            + " to saving is not allowed");
        }
        if (image.attributes().diskFormat() == null
                || image.attributes().containerFormat() == null) {
            throw HttpFailure.badRequest(
                    "Properties disk_format, container_format must be set prior to saving data.");
        }
        return image.saving(clock.instant());
    }

    /**
     * Steps 2 and 3.
     *
     * @param image as {@link #begin} made it
     * @param announced how many bytes the client said it would send, null when it said nothing
     * @throws HttpFailure when the image did not become active
     */
    void receive(ImageRecord image, InputStream body, @Nullable Long announced) {
        UploadStream upload = new UploadStream(body, limits.imageSizeCap(), announced);
        String label = Objects.requireNonNullElse(image.attributes().name(), "");
        StoredImage stored;
        try {
            stored = library.store(image.id(), label, upload);
        } catch (IOException | RuntimeException failure) {
            queueAgain(image);
            throw answerTo(failure, upload, image);
        }
        ImageRecord active = activate(image, stored);
        String name = Objects.requireNonNullElse(active.attributes().name(), "");
        if (!name.equals(label)) {
            relabel(active, name);
        }
    }

    private ImageRecord activate(ImageRecord image, StoredImage stored) {
        try {
            return records.update(
                    image.id(),
                    saving ->
                            saving.active(
                                    ImageFacts.of(stored, saving.attributes()), clock.instant()));
        } catch (RecordNotFoundException deleted) {
            forget(image);
            throw new HttpFailure(
                    410, "Image " + image.id() + " was deleted while its bytes were uploaded.");
        } catch (RuntimeException failure) {
            // Whether the change was kept is not known: leave everything, the next start looks.
            throw new IllegalStateException(
                    "image " + image.id() + ": stored, but its record did not become active",
                    failure);
        }
    }

    private HttpFailure answerTo(Exception failure, UploadStream upload, ImageRecord image) {
        HttpFailure refused = upload.failure();
        if (refused != null) {
            LOG.info("image {}: {}", image.id(), refused.message());
            return records.find(image.id()) == null
                    ? new HttpFailure(410, "Image " + image.id() + " was deleted.")
                    : refused;
        }
        if (failure instanceof ImageExistsException) {
            LOG.error("image {}: the library has bytes that no record knows of", image.id());
            return HttpFailure.conflict("Image " + image.id() + " has bytes already.");
        }
        LOG.error("image {}: cannot be stored", image.id(), failure);
        return new HttpFailure(503, "The image cannot be stored now.");
    }

    private void queueAgain(ImageRecord image) {
        try {
            records.update(image.id(), saving -> saving.queuedAgain(clock.instant()));
        } catch (RecordNotFoundException deleted) {
            LOG.info("image {}: deleted while its upload failed", image.id());
        }
    }

    private void forget(ImageRecord image) {
        try {
            library.delete(image.id());
        } catch (IOException failure) {
            LOG.error("image {}: removed, its bytes go at the next start", image.id(), failure);
        }
    }

    private void relabel(ImageRecord image, String name) {
        try {
            library.rename(image.id(), name);
        } catch (IOException failure) {
            LOG.warn("image {}: the library keeps its old label", image.id(), failure);
        }
    }
}
