package mirage.glance.serve;

import mirage.catalog.ImageId;
import mirage.glance.identity.TokenFiles;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.Filter;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;
import mirage.glance.schema.FormatNames;
import mirage.glance.schema.ImageSchema;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.transfer.ImageFacts;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes records and libraries agree at the start, after a crash or after the command line worked on a library while the
 * service was down; and while it runs, for nodes that died.
 *
 * <table>
 *   <caption>What is done</caption>
 *   <tr><th>record</th><th>library</th><th>then</th></tr>
 *   <tr><td>saving or uploading, of this node or a dead one</td><td>any</td><td>queued; the library forgets it, as nobody
 *       was told that it has it</td></tr>
 *   <tr><td>uploading, of no node</td><td>has it</td><td>staged: it stays as it is</td></tr>
 *   <tr><td>importing</td><td>any</td><td>its task goes on; without a task queued, and forgotten</td></tr>
 *   <tr><td>removed</td><td>has it</td><td>the library forgets it: the deletion was cut short</td></tr>
 *   <tr><td>none</td><td>has it</td><td>adopted: a new active record of the administrator</td></tr>
 *   <tr><td>queued</td><td>has it</td><td>adopted into the record: somebody imported it under that id</td></tr>
 *   <tr><td>active</td><td>has it, other label</td><td>the label follows the record</td></tr>
 *   <tr><td>active</td><td>has it not</td><td>stays, with an error in the log; its bytes are answered with 204, as
 *       Glance answers for lost ones. What users said of the image is not thrown away on the word of one of the two.
 *       </td></tr>
 * </table>
 *
 * <p>Each step can be cut short and done again.
 */
final class Reconciliation {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
    private static final int PAGE = 1000;
    private static final String RAW = "raw";
    private static final String BARE = "bare";

    private final ImageRecords records;
    private final Tasks tasks;
    private final ImageStores stores;
    private final String node;
    private final Clock clock;

    /** The nodes that ran when this one last looked. */
    private Set<String> lastAlive = Set.of();

    /**
     * Makes one.
     *
     * @param node name of this node
     */
    Reconciliation(
            ImageRecords records, Tasks tasks, ImageStores stores, String node, Clock clock) {
        this.records = records;
        this.tasks = tasks;
        this.stores = stores;
        this.node = node;
        this.clock = clock;
    }

    /**
     * At the start of a node.
     *
     * @param alive the nodes that run, without this one
     */
    void run(Set<String> alive) throws IOException {
        lastAlive = Set.copyOf(alive);
        undoUnfinished(alive);
        forgetRemoved();
        for (LibraryStore store : stores.writable()) {
            Map<ImageId, StoredImage> stored = new HashMap<>();
            for (StoredImage image : store.library().list()) {
                // One that is removed just now is forgotten by whoever removes it.
                if (!records.wasRemoved(image.id())) {
                    stored.put(image.id(), image);
                }
            }
            if (stores.isDefault(store)) {
                stored.values().forEach(this::adopt);
            }
            forEach(
                    Set.of("active", "deactivated"),
                    record -> compare(record, store, stored.get(record.id())));
        }
    }

    /**
     * While a node runs, for those that died since it last looked. Not safe for use by several threads.
     *
     * @param alive the nodes that run, with this one
     */
    void afterDeaths(Set<String> alive) throws IOException {
        undoUnfinished(alive);
        if (!alive.containsAll(lastAlive)) {
            // An image that was deleted under an upload to a node that then died has no record that
            // tells of it.
            forgetRemoved();
        }
        lastAlive = Set.copyOf(alive);
    }

    /** Ends deletions that were cut short. An id of a removed image is never used again, so nobody fills it meanwhile. */
    private void forgetRemoved() throws IOException {
        for (LibraryStore store : stores.writable()) {
            for (StoredImage image : store.library().list()) {
                if (records.wasRemoved(image.id())) {
                    store.library().delete(image.id());
                    LOG.info("image {}: deletion finished", image.id());
                }
            }
        }
    }

    /**
     * Undoes what nodes were at that are not alive. While it looks, others go on: an import ends, an image is deleted, a
     * node of the same mind is quicker. So each image is
     *
     * <ol>
     *   <li>taken, if its record still is what was seen: from now on this node is the one that moves its bytes;
     *   <li>forgotten by the libraries, which nobody else fills meanwhile, as it is not queued;
     *   <li>queued again.
     * </ol>
     *
     * @param alive the nodes that run and go on with what they are at
     */
    void undoUnfinished(Set<String> alive) throws IOException {
        List<ImageRecord> unfinished = new ArrayList<>();
        forEach(
                Set.of(
                        ImageStatus.SAVING.wireName(),
                        ImageStatus.UPLOADING.wireName(),
                        ImageStatus.IMPORTING.wireName()),
                record -> {
                    if (isLeftBehind(record, alive)) {
                        unfinished.add(record);
                    }
                });
        for (ImageRecord record : unfinished) {
            try {
                undo(record);
            } catch (RecordNotFoundException deleted) {
                LOG.debug("image {} was deleted meanwhile", record.id());
            }
        }
    }

    private void undo(ImageRecord seen) throws IOException {
        ImageRecord mine = seen.movedBy(node);
        ImageRecord taken = records.update(seen.id(), now -> now.equals(seen) ? mine : now);
        if (!taken.equals(mine)) {
            return;
        }
        for (LibraryStore store : stores.writable()) {
            store.library().delete(seen.id());
        }
        records.update(
                seen.id(),
                now ->
                        now.status() == mine.status() && now.node().equals(node)
                                ? queuedAgain(now)
                                : now);
        LOG.info("image {}: its upload was cut short, it is queued again", seen.id());
    }

    private boolean isLeftBehind(ImageRecord record, Set<String> alive) {
        return switch (record.status()) {
            case SAVING -> !alive.contains(record.node());
            case UPLOADING -> !record.node().isEmpty() && !alive.contains(record.node());
            case IMPORTING -> {
                Task task = record.imported() == null ? null : tasks.find(record.imported().task());
                boolean isUndone = !record.node().isEmpty() && alive.contains(record.node());
                yield !isUndone && (task == null || task.status().hasEnded());
            }
            default -> false;
        };
    }

    private ImageRecord queuedAgain(ImageRecord record) {
        ImageRecord unlocked =
                record.imported() == null
                        ? record
                        : record.withImport(
                                new ImageImport("", List.of(), record.imported().failed()),
                                clock.instant());
        return unlocked.queuedAgain(clock.instant());
    }

    private void adopt(StoredImage image) {
        ImageRecord record = records.find(image.id());
        if (record != null && record.status() != ImageStatus.QUEUED) {
            return;
        }
        if (record == null) {
            // The API names images by UUIDs. An image with another id would be there and nowhere to
            // be had.
            if (!ImageSchema.isImageId(image.id().value())) {
                LOG.warn(
                        "image {} of the library has no record and cannot get one: its id is no"
                                + " UUID",
                        image.id());
                return;
            }
            records.add(
                    ImageRecord.queued(
                            image.id(),
                            new ImageAttributes.Draft()
                                    .name(image.name().isEmpty() ? null : image.name())
                                    .owner(TokenFiles.ADMINISTRATORS_PROJECT)
                                    .build(),
                            clock.instant()));
        }
        records.update(image.id(), queued -> activated(queued, image));
        LOG.info("image {} of the library adopted", image.id());
    }

    private ImageRecord activated(ImageRecord queued, StoredImage image) {
        ImageAttributes attributes = queued.attributes();
        ImageAttributes complete =
                attributes
                        .draft()
                        .diskFormat(
                                Objects.requireNonNullElse(
                                        attributes.diskFormat(), formatOf(image)))
                        .containerFormat(
                                Objects.requireNonNullElse(attributes.containerFormat(), BARE))
                        .build();
        return queued.withAttributes(complete, clock.instant())
                .active(
                        ImageFacts.of(image, complete),
                        List.of(stores.byDefault().locationOf(image.id())),
                        clock.instant());
    }

    private static String formatOf(StoredImage image) {
        String format = image.format();
        return format != null && FormatNames.defaults().disk().contains(format) ? format : RAW;
    }

    private void compare(ImageRecord record, LibraryStore store, @Nullable StoredImage image) {
        if (record.locations().stream().noneMatch(store::holds)) {
            return;
        }
        String name = Objects.requireNonNullElse(record.attributes().name(), "");
        if (image == null) {
            LOG.error("image {} has a record and no bytes in {}", record.id(), store.id());
        } else if (!image.name().equals(name)) {
            try {
                store.library().rename(record.id(), name);
            } catch (IOException failure) {
                LOG.warn("image {}: the library keeps its old label", record.id(), failure);
            }
        }
    }

    /** Shows every record of these statuses, in pages. */
    private void forEach(Set<String> statuses, Consumer<ImageRecord> visitor) {
        for (boolean hidden : new boolean[] {false, true}) {
            ImageQuery query =
                    new ImageQuery(
                            Scope.everything(),
                            List.of(
                                    new Filter.Is(FlagField.OS_HIDDEN, hidden),
                                    new Filter.OneOf(TextField.STATUS, statuses)),
                            ImageQuery.completeSort(
                                    List.of(new SortKey(TimeField.CREATED_AT, false)), false),
                            null,
                            PAGE);
            List<ImageRecord> page = records.list(query);
            while (!page.isEmpty()) {
                page.forEach(visitor);
                page = records.list(query.startingAfter(page.getLast()));
            }
        }
    }
}
