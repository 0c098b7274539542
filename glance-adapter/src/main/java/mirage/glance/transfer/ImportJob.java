package mirage.glance.transfer;

import mirage.catalog.ImageId;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.Task;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoredBytes;
import mirage.image.inspect.Inspection;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Imports an image. The request made the record {@code importing} (a copy leaves it {@code active}) and locked it with
 * the id of the task; here, for each store that is to have the image:
 *
 * <pre>
 *   1. the store has the bytes      from the staging area, from the web, or from another store: then those of the record
 *   2. they are looked at           once, where they came in first, and after the plug-ins changed them
 *   3. the record says so           a new location; active at the first one, or at the last when all must succeed
 * </pre>
 *
 * and at the end the lock goes. Each step is found done when it was done by a run that was cut short: bytes by the
 * library, locations by the record, the end by the lock. A deletion meanwhile shows at 3: the bytes go again.
 */
public final class ImportJob implements TaskRunner.Job {
    /** Type of these tasks. */
    public static final String TYPE = "api_image_import";

    private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

    private final ImageRecords records;
    private final ImageStores stores;
    private final ImportSources sources;
    private final ImportPlugins plugins;
    private final ContentCheck check;
    private final TransferEvents events;
    private final long cap;
    private final Stop stop;
    private final Clock clock;

    /**
     * @param sources opens what comes from elsewhere
     * @param plugins change what comes in
     * @param cap the most bytes that an image may have
     * @param stop ends it between stores and between blocks of bytes
     */
    public ImportJob(
            ImageRecords records,
            ImageStores stores,
            ImportSources sources,
            ImportPlugins plugins,
            ContentCheck check,
            TransferEvents events,
            long cap,
            Stop stop,
            Clock clock) {
        this.records = records;
        this.stores = stores;
        this.sources = sources;
        this.plugins = plugins;
        this.check = check;
        this.events = events;
        this.cap = cap;
        this.stop = stop;
        this.clock = clock;
    }

    @Override
    public String run(Task task) throws TaskFailedException, InterruptedException {
        return run(ImportRequest.parse(task.input()), task);
    }

    /** Does an import that another kind of task asks for. */
    String run(ImportRequest request, Task task) throws TaskFailedException, InterruptedException {
        try {
            return runOnce(request, task);
        } finally {
            sources.forget(task);
        }
    }

    private String runOnce(ImportRequest request, Task task)
            throws TaskFailedException, InterruptedException {
        ImageRecord image = records.find(request.image());
        if (image == null) {
            forgetEverywhere(request);
            throw new TaskFailedException("Image " + request.image() + " was deleted.");
        }
        if (image.imported() == null || !image.imported().task().equals(task.id())) {
            // A run before this one came to its end, and could not say so any more.
            return resultOf(request);
        }
        try {
            importTo(request, task);
            return resultOf(request);
        } catch (HttpFailure refused) {
            giveUp(request, true);
            events.failed(request.image(), refused.message());
            throw new TaskFailedException(refused.message());
        } catch (RecordNotFoundException deleted) {
            forgetEverywhere(request);
            throw new TaskFailedException("Image " + request.image() + " was deleted.");
        } catch (IOException failure) {
            if (stop.isRequested()) {
                throw new InterruptedException();
            }
            LOG.warn("image {}: import failed", request.image(), failure);
            giveUp(request, false);
            events.failed(request.image(), String.valueOf(failure.getMessage()));
            throw new TaskFailedException("The image cannot be imported: " + failure.getMessage());
        }
    }

    private void importTo(ImportRequest request, Task task) throws IOException {
        if (request.method() == ImportRequest.Method.GLANCE_DIRECT) {
            inspectStaged(existing(request.image()));
        } else {
            describe(request, task);
        }
        boolean anySucceeded = false;
        IOException lastFailure = null;
        for (int i = 0; i < request.stores().size(); i++) {
            stop.check();
            LibraryStore store = writable(request.stores().get(i));
            boolean isLast = i == request.stores().size() - 1;
            try {
                ImageRecord before = existing(request.image());
                events.preparing(before, store);
                StoredImage stored = put(request, task, store);
                ImageRecord after =
                        record(request, store, stored, isLast || !request.allMustSucceed());
                events.uploaded(after, after.status() != before.status());
                anySucceeded = true;
            } catch (IOException failure) {
                if (request.allMustSucceed() || stop.isRequested()) {
                    throw failure;
                }
                LOG.warn("image {}: not imported to {}", request.image(), store.id(), failure);
                lastFailure = failure;
                noteFailed(request.image(), List.of(store.id()));
            }
        }
        if (!anySucceeded && lastFailure != null) {
            throw lastFailure;
        }
        forgetStaged(request);
        records.update(request.image(), this::unlocked);
    }

    private void describe(ImportRequest request, Task task) throws IOException {
        ImageRecord image = existing(request.image());
        if (image.status() == ImageStatus.IMPORTING) {
            ImageAttributes described = sources.describe(request, task, image.attributes());
            change(image.id(), now -> now.withAttributes(described, clock.instant()));
        }
    }

    /** Step 1, and 2 where bytes come in. */
    private StoredImage put(ImportRequest request, Task task, LibraryStore store)
            throws IOException {
        ImageRecord image = existing(request.image());
        StoredImage there = store.library().find(image.id());
        if (there != null && (hasLocation(image, store) || comesFrom(request, store))) {
            return there;
        }
        if (there != null && isDownload(request) && plugins.mayHaveConverted(image)) {
            // The record does not tell any more what was downloaded, so it is not done again.
            return changed(image.id(), store);
        }
        if (there != null) {
            // Of a run before this one, or of nobody: the bytes may not be those of this import.
            store.library().delete(image.id());
        }
        ImageLocation from = locationOf(request, image);
        String label = Uploads.labelOf(image.attributes());
        if (from == null) {
            try (InputStream bytes = stop.over(sources.open(request, task))) {
                boolean areUnfinished = plugins.changeBytes();
                ContentCheck.Inspection inspection =
                        (areUnfinished ? ContentCheck.NOTHING : check).begin(image);
                UploadStream upload = new UploadStream(bytes, cap, null, inspection);
                StoredImage stored = storeOrTell(image, label, store, upload);
                if (areUnfinished) {
                    return changed(image.id(), store);
                }
                try (StoredBytes content = store.open(store.locationOf(image.id()))) {
                    inspection.finish(content);
                }
                return stored;
            }
        }
        ImageStore source = stores.of(from);
        if (source == null) {
            throw new IOException("no store has " + from.url());
        }
        try (StoredBytes bytes = source.open(from);
                InputStream copy = stop.over(bytes.stream())) {
            StoredImage stored = store.library().store(image.id(), label, copy);
            requireSame(image, from, stored, store);
            return stored;
        }
    }

    /** A place that is not this service's may have other bytes by now than when the image became active. */
    private static void requireSame(
            ImageRecord image, ImageLocation from, StoredImage stored, LibraryStore store)
            throws IOException {
        if (image.data() != null && !ImageFacts.agree(image.data(), stored)) {
            store.library().delete(image.id());
            throw new IOException(from.url() + " no longer has the bytes of the image");
        }
    }

    /** What the plug-ins make of bytes that a store has, looked at. */
    private StoredImage changed(ImageId id, LibraryStore store) throws IOException {
        plugins.run(id, store);
        inspectAll(existing(id), store);
        StoredImage stored = store.library().find(id);
        if (stored == null) {
            throw new RecordNotFoundException(id);
        }
        return stored;
    }

    private static boolean isDownload(ImportRequest request) {
        return request.method() == ImportRequest.Method.WEB_DOWNLOAD
                || request.method() == ImportRequest.Method.GLANCE_DOWNLOAD;
    }

    private static StoredImage storeOrTell(
            ImageRecord image, String label, LibraryStore store, UploadStream upload)
            throws IOException {
        try {
            return store.library().store(image.id(), label, upload);
        } catch (IOException failure) {
            HttpFailure refused = upload.failure();
            if (refused != null && refused.status() == 413) {
                throw refused;
            }
            throw failure;
        }
    }

    /** Step 2 for staged bytes, which a run before this one may have passed already. */
    private void inspectStaged(ImageRecord image) throws IOException {
        if (image.locations().isEmpty()) {
            changed(image.id(), stores.byDefault());
        }
    }

    private void inspectAll(ImageRecord image, LibraryStore store) throws IOException {
        ContentCheck.Inspection inspection = check.begin(image);
        try (StoredBytes content = store.open(store.locationOf(image.id()))) {
            byte[] buffer = new byte[64 * 1024];
            try (InputStream all = stop.over(content.stream())) {
                for (int read = all.read(buffer, 0, buffer.length);
                        read >= 0;
                        read = all.read(buffer, 0, buffer.length)) {
                    inspection.update(buffer, 0, read);
                }
            }
            inspection.finish(content);
        }
    }

    /** Step 3. */
    private ImageRecord record(
            ImportRequest request, LibraryStore store, StoredImage stored, boolean activate)
            throws IOException {
        Inspection found = ImageFacts.inspect(store, request.image());
        return records.update(
                request.image(),
                image -> {
                    if (image.status() == ImageStatus.IMPORTING && !activate) {
                        return withoutImporting(image, store.id());
                    }
                    ImageRecord active = image;
                    if (image.status() == ImageStatus.IMPORTING) {
                        active =
                                image.active(
                                        ImageFacts.of(stored, image.attributes(), found),
                                        locationsSoFar(request, image.id(), store),
                                        clock.instant());
                    } else if (!hasLocation(image, store)) {
                        List<ImageLocation> more = new ArrayList<>(image.locations());
                        more.add(store.locationOf(image.id()));
                        active = image.withLocations(more, clock.instant());
                    }
                    return withoutImporting(active, store.id());
                });
    }

    /** With all that must succeed, the image becomes active at the last store with the locations of all. */
    private List<ImageLocation> locationsSoFar(
            ImportRequest request, ImageId image, LibraryStore last) {
        List<ImageLocation> locations = new ArrayList<>();
        if (request.allMustSucceed()) {
            for (String store : request.stores()) {
                locations.add(writable(store).locationOf(image));
            }
        } else {
            locations.add(last.locationOf(image));
        }
        return locations;
    }

    private void giveUp(ImportRequest request, boolean contentRefused) {
        boolean isStaged =
                request.method() == ImportRequest.Method.GLANCE_DIRECT && !contentRefused;
        try {
            ImageRecord image = existing(request.image());
            for (String id : request.stores()) {
                LibraryStore store = writable(id);
                boolean staged = isStaged && stores.isDefault(store);
                ImportPlugins.tidy(image.id(), store);
                if (!hasLocation(image, store) && !staged) {
                    store.library().delete(image.id());
                    ImportPlugins.forget(image.id(), store);
                }
            }
            if (contentRefused) {
                forgetStaged(request);
            }
            noteFailed(request.image(), request.stores());
            change(
                    request.image(),
                    now -> {
                        ImageRecord unlocked = unlocked(now);
                        if (now.status() != ImageStatus.IMPORTING) {
                            return unlocked;
                        }
                        return isStaged
                                ? unlocked.stagedAgain(clock.instant())
                                : unlocked.queuedAgain(clock.instant());
                    });
        } catch (RecordNotFoundException deleted) {
            forgetEverywhere(request);
        } catch (IOException failure) {
            throw new IllegalStateException(
                    "image " + request.image() + ": what was imported cannot be removed", failure);
        }
    }

    private void noteFailed(ImageId id, List<String> failedStores) {
        change(
                id,
                image -> {
                    ImageImport before = image.imported();
                    if (before == null) {
                        return image;
                    }
                    List<String> failed = new ArrayList<>(before.failed());
                    List<String> importing = new ArrayList<>(before.importingTo());
                    for (String store : failedStores) {
                        if (importing.remove(store) && !failed.contains(store)) {
                            failed.add(store);
                        }
                    }
                    return image.withImport(
                            new ImageImport(before.task(), importing, failed), clock.instant());
                });
    }

    private ImageRecord withoutImporting(ImageRecord image, String store) {
        ImageImport before = image.imported();
        if (before == null) {
            return image;
        }
        List<String> importing = new ArrayList<>(before.importingTo());
        importing.remove(store);
        return image.withImport(
                new ImageImport(before.task(), importing, before.failed()), clock.instant());
    }

    private ImageRecord unlocked(ImageRecord image) {
        ImageImport before = image.imported();
        return before == null
                ? image
                : image.withImport(
                        new ImageImport("", List.of(), before.failed()), clock.instant());
    }

    /** What was staged in a store that is not to have the image. */
    private void forgetStaged(ImportRequest request) throws IOException {
        if (request.method() == ImportRequest.Method.GLANCE_DIRECT) {
            ImageRecord image = existing(request.image());
            if (!hasLocation(image, stores.byDefault())) {
                stores.byDefault().library().delete(request.image());
                ImportPlugins.forget(request.image(), stores.byDefault());
            }
        }
    }

    private void forgetEverywhere(ImportRequest request) {
        for (LibraryStore store : stores.writable()) {
            try {
                store.library().delete(request.image());
                ImportPlugins.forget(request.image(), store);
            } catch (IOException failure) {
                LOG.error(
                        "image {}: removed, its bytes in {} go at the next start",
                        request.image(),
                        store.id(),
                        failure);
            }
        }
    }

    /** Where the bytes are that a store is to get, null when they come from elsewhere. */
    private @Nullable ImageLocation locationOf(ImportRequest request, ImageRecord image)
            throws IOException {
        if (!image.locations().isEmpty()) {
            return stores.inReadOrder(image, List.of()).getFirst();
        }
        if (request.method() == ImportRequest.Method.GLANCE_DIRECT) {
            return stores.byDefault().locationOf(image.id());
        }
        if (request.method() == ImportRequest.Method.COPY_IMAGE) {
            throw new IOException("the image is in no store");
        }
        // With all that must succeed, the record does not name the first store yet.
        for (String id : request.stores()) {
            LibraryStore store = writable(id);
            if (store.library().find(image.id()) != null) {
                return store.locationOf(image.id());
            }
        }
        return null;
    }

    private boolean comesFrom(ImportRequest request, LibraryStore store) {
        return request.method() == ImportRequest.Method.GLANCE_DIRECT && stores.isDefault(store);
    }

    private LibraryStore writable(String id) {
        if (stores.find(id) instanceof LibraryStore store) {
            return store;
        }
        throw HttpFailure.conflict("Store " + id + " is not one that images can be put in.");
    }

    private boolean hasLocation(ImageRecord image, LibraryStore store) {
        return image.locations().stream().anyMatch(store::holds);
    }

    private ImageRecord existing(ImageId id) {
        ImageRecord image = records.find(id);
        if (image == null) {
            throw new RecordNotFoundException(id);
        }
        return image;
    }

    private void change(ImageId id, UnaryOperator<ImageRecord> change) {
        records.update(id, change);
    }

    private static String resultOf(ImportRequest request) {
        return "{\"image_id\":\"" + request.image() + "\"}";
    }
}
