package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tasks. Changes are atomic and durable as those of {@link ImageRecords}. Safe for use by many threads. */
public interface Tasks {
    /** Adds a task with a new id. */
    void add(Task task);

    /** The task of that id, null when there is none. */
    @Nullable Task find(String id);

    /**
     * Changes a task; nobody else changes it meanwhile.
     *
     * @param change gives the task with the same id, or the same task for no change; what it throws is passed on
     * @return what the change gave, null when there is no such task
     */
    @Nullable Task update(String id, UnaryOperator<Task> change);

    /** The tasks that work or worked on an image, the oldest first. */
    List<Task> ofImage(ImageId image);

    /** The tasks that have not ended, the oldest first. */
    List<Task> unfinished();

    /** A page of tasks. */
    List<Task> list(TaskQuery query);

    /** Forgets the tasks that were to be forgotten by then. */
    void forgetExpired(Instant now);

    /**
     * Asks for a page of tasks.
     *
     * @param owner only tasks for that project, null for all
     * @param status only tasks of that status, null for all
     * @param type only tasks of that type, null for all
     * @param sort the order, which goes on by id
     * @param after the last task of the page before, null for the first page
     * @param limit how many tasks at the most
     */
    record TaskQuery(
            @Nullable String owner,
            Task.@Nullable Status status,
            @Nullable String type,
            SortKey sort,
            boolean ascending,
            @Nullable Task after,
            int limit) {}

    /** What tasks are sorted by. */
    enum SortKey {
        CREATED_AT("created_at"),
        UPDATED_AT("updated_at"),
        STATUS("status"),
        TYPE("type"),
        ID("id");

        private final String column;

        SortKey(String column) {
            this.column = column;
        }

        /** Name of the column and on the wire. */
        public String column() {
            return column;
        }

        Comparable<?> of(Task task) {
            return switch (this) {
                case CREATED_AT -> Microseconds.of(task.createdAt());
                case UPDATED_AT -> Microseconds.of(task.updatedAt());
                case STATUS -> task.status().wireName();
                case TYPE -> task.type();
                case ID -> task.id();
            };
        }
    }
}
