package mirage.glance.event;

import static mirage.glance.notification.Notifications.Priority.INFO;

import mirage.catalog.ImageId;
import mirage.glance.notification.Notifications;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ProjectUsage;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Tells of every change of an image, once it is durable: {@code image.create}, {@code .update} and {@code .delete}. */
public final class TellingImageRecords implements ImageRecords {
    private final ImageRecords records;
    private final Notifications notifications;
    private final InstantSource clock;

    public TellingImageRecords(
            ImageRecords records, Notifications notifications, InstantSource clock) {
        this.records = records;
        this.notifications = notifications;
        this.clock = clock;
    }

    @Override
    public void add(ImageRecord record) {
        records.add(record);
        notifications.send(INFO, "image.create", Payloads.of(record));
    }

    @Override
    public @Nullable ImageRecord find(ImageId id) {
        return records.find(id);
    }

    @Override
    public ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change) {
        // The change may be made more than once: the last one counts.
        ImageRecord[] before = new ImageRecord[1];
        ImageRecord after =
                records.update(
                        id,
                        image -> {
                            before[0] = image;
                            return change.apply(image);
                        });
        if (!isSameToClients(before[0], after)) {
            notifications.send(INFO, "image.update", Payloads.of(after));
        }
        return after;
    }

    @Override
    public void remove(ImageId id, Consumer<ImageRecord> check) {
        ImageRecord[] removed = new ImageRecord[1];
        records.remove(
                id,
                image -> {
                    check.accept(image);
                    removed[0] = image;
                });
        notifications.send(INFO, "image.delete", Payloads.ofDeleted(removed[0], clock.instant()));
    }

    @Override
    public boolean wasRemoved(ImageId id) {
        return records.wasRemoved(id);
    }

    @Override
    public ProjectUsage usageOf(String project) {
        return records.usageOf(project);
    }

    @Override
    public List<ImageRecord> list(ImageQuery query) {
        return records.list(query);
    }

    /** What the service finds out by itself, such as the virtual size, and which node is at work, is no event. */
    private static boolean isSameToClients(ImageRecord before, ImageRecord after) {
        return before.status() == after.status()
                && before.updatedAt().equals(after.updatedAt())
                && before.attributes().equals(after.attributes())
                && before.locations().equals(after.locations())
                && Objects.equals(before.imported(), after.imported());
    }
}
