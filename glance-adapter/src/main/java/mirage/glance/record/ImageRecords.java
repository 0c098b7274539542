package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The image records. A change is atomic, and durable when its method returns: it survives the end of the process and,
 * where the implementation keeps records on disk, of the machine. Safe for use by many threads.
 *
 * <p>What a function given to these methods throws undoes the change and is passed on.
 */
public interface ImageRecords {
    /**
     * Adds an image.
     *
     * @throws RecordExistsException when the id is in use, or ever was
     */
    void add(ImageRecord record);

    /** The image of that id, null when there is none. */
    @Nullable ImageRecord find(ImageId id);

    /**
     * Changes an image; nobody else changes it meanwhile.
     *
     * @param change gives the new record with the same id, or the same record for no change
     * @return what the change gave
     * @throws RecordNotFoundException when there is no such image
     */
    ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change);

    /**
     * Removes an image for good: its id is never used again.
     *
     * @param check looks at the record before it goes
     * @throws RecordNotFoundException when there is no such image
     */
    void remove(ImageId id, Consumer<ImageRecord> check);

    /** Whether an image of that id was removed. */
    boolean wasRemoved(ImageId id);

    /** What the images that a project owns take at this time. */
    ProjectUsage usageOf(String project);

    /** A page of the images that a query asks for, in its order. */
    List<ImageRecord> list(ImageQuery query);
}
