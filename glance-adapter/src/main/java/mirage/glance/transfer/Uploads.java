package mirage.glance.transfer;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoredBytes;
import mirage.image.inspect.ImageInspector;
import mirage.image.inspect.Inspection;
import mirage.library.ImageExistsException;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Receives the bytes of images.
 *
 * <pre>
 *   1. record  queued → saving      from here on no second upload begins
 *   2. library stores               durable, or nothing of it is kept
 *   3. the bytes are looked at      what is refused goes again
 *   4. record  saving → active      durable; only now the bytes belong to an image
 *   5. the client is told
 * </pre>
 *
 * Staging is the same with {@code uploading} for {@code saving}: the staging area is the default store, where the bytes
 * lie under the image's id until an import makes them the image's own, at any node and without moving them.
 *
 * <p>A crash before 4 leaves a record in {@code saving} that names this node: its next start, or another node that
 * sees it dead, makes it {@code queued} and has the library forget what it may hold, since no client was told. When the
 * record is gone at 4 the image was deleted meanwhile.
 */
public final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private static final String WRONG_MEDIA_TYPE =
            "The request media type application/octet-stream is not supported by this server.";

    private final ImageRecords records;
    private final ContentCheck check;
    private final TransferEvents events;
    private final long cap;
    private final String node;
    private final Clock clock;

    /**
     * @param cap the most bytes that an image may have
     * @param node name of this node
     */
    public Uploads(
            ImageRecords records,
            ContentCheck check,
            TransferEvents events,
            long cap,
            String node,
            Clock clock) {
        this.records = records;
        this.check = check;
        this.events = events;
        this.cap = cap;
        this.node = node;
        this.clock = clock;
    }

    /**
     * Step 1, as a change of the record.
     *
     * @throws HttpFailure 409 for an image that is not queued, 400 for one without formats
     */
    public ImageRecord begin(ImageRecord image) {
        requireQueued(image, ImageStatus.SAVING);
        if (lacksFormats(image)) {
            throw HttpFailure.badRequest(
                    "Properties disk_format, container_format must be set prior to saving data.");
        }
        return image.saving(node, clock.instant());
    }

    /**
     * Step 1 of staging, as a change of the record.
     *
     * @throws HttpFailure 409 for an image that is not queued
     */
    public ImageRecord beginStaging(ImageRecord image) {
        requireQueued(image, ImageStatus.UPLOADING);
        return image.uploading(node, clock.instant());
    }

    /**
     * Steps 2 to 4.
     *
     * @param image as {@link #begin} made it
     * @param announced how many bytes the client said it would send, null when it said nothing
     * @return the image as it is now
     * @throws HttpFailure when the image did not become active
     */
    public ImageRecord receive(
            ImageRecord image, InputStream body, @Nullable Long announced, LibraryStore store) {
        events.preparing(image, store);
        try {
            ImageRecord active = receiveOrFail(image, body, announced, store);
            events.uploaded(active, true);
            return active;
        } catch (HttpFailure failure) {
            events.failed(image.id(), failure.message());
            throw failure;
        }
    }

    private ImageRecord receiveOrFail(
            ImageRecord image, InputStream body, @Nullable Long announced, LibraryStore store) {
        Received received = storeOrQueueAgain(image, body, announced, store, check);
        ImageRecord active =
                settle(
                        image,
                        store,
                        saving ->
                                saving.active(
                                        ImageFacts.of(
                                                received.stored(),
                                                saving.attributes(),
                                                received.found()),
                                        List.of(store.locationOf(image.id())),
                                        clock.instant()));
        String name = labelOf(active.attributes());
        if (!name.equals(labelOf(image.attributes()))) {
            relabel(active, store, name);
        }
        return active;
    }

    /**
     * Steps 2 to 4 of staging. What the bytes are is looked at by the import.
     *
     * @param image as {@link #beginStaging} made it
     * @return the image as it is now
     * @throws HttpFailure when the bytes are not staged
     */
    public ImageRecord stage(
            ImageRecord image, InputStream body, @Nullable Long announced, LibraryStore store) {
        Received received = storeOrQueueAgain(image, body, announced, store, ContentCheck.NOTHING);
        return settle(
                image,
                store,
                staging ->
                        staging.staged(
                                ImageData.undigested(received.stored().size()), clock.instant()));
    }

    /** What is kept, and what it is. */
    private record Received(StoredImage stored, Inspection found) {}

    private Received storeOrQueueAgain(
            ImageRecord image,
            InputStream body,
            @Nullable Long announced,
            LibraryStore store,
            ContentCheck contentCheck) {
        UploadStream upload = null;
        try {
            ContentCheck.Inspection inspection = contentCheck.begin(image);
            upload = new UploadStream(body, cap, announced, inspection);
            StoredImage stored =
                    store.library().store(image.id(), labelOf(image.attributes()), upload);
            return new Received(stored, requireGood(image, store, inspection));
        } catch (IOException | RuntimeException failure) {
            queueAgain(image);
            throw answerTo(failure, upload, image);
        }
    }

    private static Inspection requireGood(
            ImageRecord image, LibraryStore store, ContentCheck.Inspection inspection)
            throws IOException {
        try (StoredBytes bytes = store.open(store.locationOf(image.id()))) {
            inspection.finish(bytes);
            return ImageInspector.inspect(new StoredSource(bytes));
        } catch (HttpFailure refused) {
            store.library().delete(image.id());
            throw refused;
        }
    }

    private ImageRecord settle(
            ImageRecord image, LibraryStore store, UnaryOperator<ImageRecord> change) {
        try {
            return records.update(
                    image.id(),
                    now -> {
                        requireStillMine(image, now);
                        return change.apply(now);
                    });
        } catch (HttpFailure lost) {
            throw lost;
        } catch (RecordNotFoundException deleted) {
            forget(image, store);
            throw new HttpFailure(
                    410, "Image " + image.id() + " was deleted while its bytes were uploaded.");
        } catch (RuntimeException failure) {
            // Whether the change was kept is not known: leave everything, the next start looks.
            throw new IllegalStateException(
                    "image " + image.id() + ": stored, but its record did not follow", failure);
        }
    }

    /** Another node that took this one for dead has undone the upload. */
    private void requireStillMine(ImageRecord begun, ImageRecord now) {
        if (now.status() != begun.status() || !now.node().equals(node)) {
            throw HttpFailure.conflict(
                    "The upload of image " + now.id() + " took so long that it was given up.");
        }
    }

    private HttpFailure answerTo(
            Exception failure, @Nullable UploadStream upload, ImageRecord image) {
        HttpFailure refused = upload == null ? null : upload.failure();
        if (refused == null && failure instanceof HttpFailure told) {
            refused = told;
        }
        if (refused != null) {
            LOG.info("image {}: {}", image.id(), refused.message());
            return records.find(image.id()) == null
                    ? new HttpFailure(410, "Image " + image.id() + " was deleted.")
                    : refusal(refused);
        }
        if (failure instanceof ImageExistsException) {
            LOG.error("image {}: the library has bytes that no record knows of", image.id());
            return HttpFailure.conflict("Image " + image.id() + " has bytes already.");
        }
        LOG.error("image {}: cannot be stored", image.id(), failure);
        return new HttpFailure(503, "The image cannot be stored now.");
    }

    /** Glance says of wrong bytes what HTTP says of wrong headers; clients know it by that sentence. */
    private static HttpFailure refusal(HttpFailure refused) {
        return refused.status() == 415
                ? new HttpFailure(415, WRONG_MEDIA_TYPE + "\n\n" + refused.message())
                : refused;
    }

    private void queueAgain(ImageRecord image) {
        try {
            records.update(image.id(), saving -> saving.queuedAgain(clock.instant()));
        } catch (RecordNotFoundException deleted) {
            LOG.info("image {}: deleted while its upload failed", image.id());
        }
    }

    private static void forget(ImageRecord image, LibraryStore store) {
        try {
            store.library().delete(image.id());
        } catch (IOException failure) {
            LOG.error("image {}: removed, its bytes go at the next start", image.id(), failure);
        }
    }

    private static void relabel(ImageRecord image, LibraryStore store, String name) {
        try {
            store.library().rename(image.id(), name);
        } catch (IOException failure) {
            LOG.warn("image {}: the library keeps its old label", image.id(), failure);
        }
    }

    private static void requireQueued(ImageRecord image, ImageStatus next) {
        if (image.status() != ImageStatus.QUEUED) {
            throw HttpFailure.conflict(
                    "Image status transition from "
                            + image.status().wireName()
                            + " to "
                            + next.wireName()
                            + " is not allowed");
        }
    }

    /** Whether an image does not say what its bytes are. */
    public static boolean lacksFormats(ImageRecord image) {
        return image.attributes().diskFormat() == null
                || image.attributes().containerFormat() == null;
    }

    static String labelOf(ImageAttributes attributes) {
        return Objects.requireNonNullElse(attributes.name(), "");
    }
}
