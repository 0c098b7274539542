package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Tasks in memory, gone with the process. */
public final class MemoryTasks implements Tasks {
    private static final Comparator<Task> OLDEST_FIRST =
            Comparator.comparing(Task::createdAt).thenComparing(Task::id);

    private final Map<String, Task> tasks = new HashMap<>();

    @Override
    public synchronized void add(Task task) {
        tasks.put(task.id(), task);
    }

    @Override
    public synchronized @Nullable Task find(String id) {
        return tasks.get(id);
    }

    @Override
    public synchronized @Nullable Task update(String id, UnaryOperator<Task> change) {
        Task before = tasks.get(id);
        if (before == null) {
            return null;
        }
        Task after = change.apply(before);
        tasks.put(id, after);
        return after;
    }

    @Override
    public List<Task> ofImage(ImageId image) {
        return oldestFirst(task -> image.equals(task.image()));
    }

    @Override
    public List<Task> unfinished() {
        return oldestFirst(task -> !task.status().hasEnded());
    }

    @Override
    public synchronized List<Task> list(TaskQuery query) {
        Comparator<Task> ascending =
                Comparator.comparing((Task task) -> key(query, task)).thenComparing(Task::id);
        Comparator<Task> order = query.ascending() ? ascending : ascending.reversed();
        Task after = query.after();
        return tasks.values().stream()
                .filter(task -> query.owner() == null || query.owner().equals(task.owner()))
                .filter(task -> query.status() == null || query.status() == task.status())
                .filter(task -> query.type() == null || query.type().equals(task.type()))
                .filter(task -> after == null || order.compare(task, after) > 0)
                .sorted(order)
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized void forgetExpired(Instant now) {
        tasks.values().removeIf(task -> task.expiresAt() != null && !task.expiresAt().isAfter(now));
    }

    private synchronized List<Task> oldestFirst(Predicate<Task> which) {
        return tasks.values().stream().filter(which).sorted(OLDEST_FIRST).toList();
    }

    /** Values of one key are of one type. */
    @SuppressWarnings("unchecked")
    private static Comparable<Object> key(TaskQuery query, Task task) {
        return (Comparable<Object>) query.sort().of(task);
    }
}
