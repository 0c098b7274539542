package mirage.glance.deploy;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.ProjectUsage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Records that remember which images became active in this process, for who looks at them later. */
public final class ActivatedImages implements ImageRecords {
    private static final Logger LOG = LoggerFactory.getLogger(ActivatedImages.class);

    /** Nobody's safety depends on them: what comes when there are more is forgotten. */
    private static final int MOST = 1_000;

    private final ImageRecords records;
    private final BlockingQueue<ImageId> activated = new ArrayBlockingQueue<>(MOST);

    public ActivatedImages(ImageRecords records) {
        this.records = records;
    }

    /** The next image that became active, null when none did for a while. */
    @Nullable ImageId next(Duration atMost) throws InterruptedException {
        return activated.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void add(ImageRecord record) {
        records.add(record);
        if (record.status() == ImageStatus.ACTIVE) {
            remember(record.id());
        }
    }

    @Override
    public @Nullable ImageRecord find(ImageId id) {
        return records.find(id);
    }

    @Override
    public ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change) {
        // The change may be made more than once: the last one counts.
        boolean[] wasActive = new boolean[1];
        ImageRecord after =
                records.update(
                        id,
                        image -> {
                            wasActive[0] = image.status().hasData();
                            return change.apply(image);
                        });
        if (!wasActive[0] && after.status() == ImageStatus.ACTIVE) {
            remember(id);
        }
        return after;
    }

    @Override
    public void remove(ImageId id, Consumer<ImageRecord> check) {
        records.remove(id, check);
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

    private void remember(ImageId image) {
        if (!activated.offer(image)) {
            LOG.debug("image {}: no deltas are made of it ahead, too many are waiting", image);
        }
    }
}
