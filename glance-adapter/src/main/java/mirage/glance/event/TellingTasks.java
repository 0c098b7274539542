package mirage.glance.event;

import static mirage.glance.notification.Notifications.Priority.INFO;

import mirage.catalog.ImageId;
import mirage.glance.notification.Notifications;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Tells how tasks get on: {@code task.create}, {@code task.processing} and {@code task.run} when one is begun, and
 * {@code task.success} or {@code task.failure}. Failures are told as Glance tells them, as something that happened.
 */
public final class TellingTasks implements Tasks {
    private final Tasks tasks;
    private final Notifications notifications;

    public TellingTasks(Tasks tasks, Notifications notifications) {
        this.tasks = tasks;
        this.notifications = notifications;
    }

    @Override
    public void add(Task task) {
        tasks.add(task);
        notifications.send(INFO, "task.create", Payloads.of(task));
    }

    @Override
    public @Nullable Task find(String id) {
        return tasks.find(id);
    }

    @Override
    public @Nullable Task update(String id, UnaryOperator<Task> change) {
        Task.Status[] before = new Task.Status[1];
        Task after =
                tasks.update(
                        id,
                        task -> {
                            before[0] = task.status();
                            return change.apply(task);
                        });
        if (after != null && after.status() != before[0]) {
            tell(after);
        }
        return after;
    }

    private void tell(Task task) {
        switch (task.status()) {
            case PENDING -> {}
            case PROCESSING -> {
                notifications.send(INFO, "task.processing", Payloads.of(task));
                notifications.send(INFO, "task.run", Payloads.of(task));
            }
            case SUCCESS -> notifications.send(INFO, "task.success", Payloads.of(task));
            case FAILURE -> notifications.send(INFO, "task.failure", Payloads.of(task));
        }
    }

    @Override
    public List<Task> ofImage(ImageId image) {
        return tasks.ofImage(image);
    }

    @Override
    public List<Task> unfinished() {
        return tasks.unfinished();
    }

    @Override
    public List<Task> list(TaskQuery query) {
        return tasks.list(query);
    }

    @Override
    public void forgetExpired(Instant now) {
        tasks.forgetExpired(now);
    }
}
