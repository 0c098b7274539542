package mirage.glance.transfer;

import mirage.glance.record.Nodes;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks in the background. A task is a row before it is work, so that none is lost: what a process leaves behind,
 * its next start takes up again, or another node that no longer sees it alive. So work may be done twice, one after the
 * other, and must bear that.
 */
public final class TaskRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    /** A node that was silent for this long is dead. Its clock may be a little off. */
    public static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration WAIT_FOR_JOBS = Duration.ofSeconds(10);

    /** Does the tasks of one type. */
    @FunctionalInterface
    public interface Job {
        /**
         * Does a task.
         *
         * @return the result, a JSON value
         * @throws TaskFailedException when it cannot be done
         * @throws InterruptedException when the service is asked to {@link Stop}: the task stays as it is, to be
         *     taken up again
         */
        String run(Task task) throws TaskFailedException, InterruptedException;
    }

    private final Tasks tasks;
    private final Nodes nodes;
    private final String node;
    private final Map<String, Job> jobs;
    private final Duration keepEnded;
    private final Stop stop;
    private final Clock clock;
    private final Semaphore running;
    private final Set<String> mine = ConcurrentHashMap.newKeySet();

    /** Those that {@link #submit} is at. */
    private final Set<String> preparing = ConcurrentHashMap.newKeySet();

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("task-", 0).factory());

    /**
     * @param node name of this node
     * @param jobs by the type of their tasks
     * @param atOnce how many tasks run at a time
     * @param keepEnded for how long a task that has ended can be looked at
     * @param stop that the jobs heed
     */
    public TaskRunner(
            Tasks tasks,
            Nodes nodes,
            String node,
            Map<String, Job> jobs,
            int atOnce,
            Duration keepEnded,
            Stop stop,
            Clock clock) {
        this.tasks = tasks;
        this.nodes = nodes;
        this.node = node;
        this.jobs = Map.copyOf(jobs);
        this.keepEnded = keepEnded;
        this.stop = stop;
        this.clock = clock;
        this.running = new Semaphore(atOnce);
    }

    /** Takes up what this node left behind, and begins to look after what others do. */
    public void start() {
        nodes.alive(node, clock.instant());
        for (Task task : tasks.unfinished()) {
            if (task.node().equals(node)) {
                LOG.info("task {} of type {} taken up again", task.id(), task.type());
                begin(task);
            }
        }
        threads.execute(this::beat);
    }

    /**
     * Adds a task and begins it as soon as there is room.
     *
     * @param prepare is run when the task is there and before it begins, such as to lock what it works on; the task fails
     *     with it. So whatever the task locked, there is always a task to unlock it.
     */
    public void submit(Task task, Runnable prepare) {
        preparing.add(task.id());
        try {
            tasks.add(task.pendingAt(node));
            prepare(task, prepare);
            tasks.update(task.id(), now -> now.processing(node, clock.instant()));
        } finally {
            preparing.remove(task.id());
        }
        begin(task);
    }

    private void prepare(Task task, Runnable prepare) {
        try {
            prepare.run();
        } catch (RuntimeException refused) {
            fail(task, "The task could not begin: " + refused.getMessage());
            throw refused;
        }
    }

    /** Says how far a task is. */
    public void progress(Task task, String message) {
        tasks.update(task.id(), now -> now.withMessage(message, clock.instant()));
    }

    /** Asks what runs to stop, and begins nothing more. */
    public void stopSoon() {
        stop.request();
        // Those that wait for room get it, and see that they are not to run.
        running.release(mine.size());
    }

    /** Stops what runs, to be taken up again. */
    @Override
    public void close() {
        stopSoon();
        threads.shutdown();
        if (awaitEnd()) {
            nodes.gone(node);
        } else {
            // What still runs is not for another node yet: for that this one has to be silent for a
            // while.
            LOG.warn("tasks did not stop: {}", mine);
        }
    }

    private boolean awaitEnd() {
        try {
            return threads.awaitTermination(WAIT_FOR_JOBS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void begin(Task task) {
        if (mine.add(task.id())) {
            if (stop.isRequested()) {
                mine.remove(task.id());
                return;
            }
            threads.execute(() -> {
                MDC.put("request_id", task.requestId());
                try {
                    running.acquire();
                    try {
                        runUnlessStopped(task);
                    } finally {
                        running.release();
                    }
                } catch (InterruptedException stopped) {
                    LOG.info("task {} stopped, to be taken up again", task.id());
                } finally {
                    mine.remove(task.id());
                    MDC.remove("request_id");
                }
            });
        }
    }

    private void runUnlessStopped(Task task) throws InterruptedException {
        if (stop.isRequested()) {
            throw new InterruptedException();
        }
        Task current = tasks.find(task.id());
        if (current == null || current.status().hasEnded()) {
            return;
        }
        Job job = jobs.get(task.type());
        try {
            if (job == null) {
                throw new TaskFailedException("Tasks of type " + task.type() + " are not known.");
            }
            String result = job.run(task);
            tasks.update(
                    task.id(),
                    now -> now.succeeded(result, clock.instant(), clock.instant().plus(keepEnded)));
        } catch (TaskFailedException failure) {
            fail(task, String.valueOf(failure.getMessage()));
        } catch (RuntimeException failure) {
            if (stop.isRequested()) {
                throw new InterruptedException();
            }
            LOG.error("task {} of type {} failed", task.id(), task.type(), failure);
            fail(task, "The task failed for a reason of the service's own.");
        }
    }

    private void fail(Task task, String why) {
        LOG.info("task {} of type {}: {}", task.id(), task.type(), why);
        tasks.update(
                task.id(),
                now -> now.failed(why, clock.instant(), clock.instant().plus(keepEnded)));
    }

    private void beat() {
        while (true) {
            try {
                if (stop.await(HEARTBEAT)) {
                    return;
                }
                nodes.alive(node, clock.instant());
                takeOver();
                tasks.forgetExpired(clock.instant());
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException failure) {
                LOG.warn("the records cannot be asked for tasks now", failure);
            }
        }
    }

    /**
     * Takes over what dead nodes were at; of several that want to, the record lets one. What this node has and is not at
     * could not be begun: the records failed when it was to be, and what it locked is locked.
     */
    void takeOver() {
        Set<String> alive = nodes.aliveAfter(clock.instant().minus(DEAD_AFTER));
        for (Task left : tasks.unfinished()) {
            if (left.node().equals(node)) {
                if (!preparing.contains(left.id())) {
                    begin(left);
                }
                continue;
            }
            if (alive.contains(left.node())) {
                continue;
            }
            Task taken =
                    tasks.update(
                            left.id(),
                            now ->
                                    now.node().equals(left.node()) && !now.status().hasEnded()
                                            ? now.processing(node, clock.instant())
                                            : now);
            if (taken != null && taken.node().equals(node) && !taken.status().hasEnded()) {
                LOG.info("task {} taken over from node {}", left.id(), left.node());
                begin(taken);
            }
        }
    }
}
