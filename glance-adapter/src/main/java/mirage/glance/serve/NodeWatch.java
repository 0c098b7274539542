package mirage.glance.serve;

import mirage.glance.record.Nodes;
import mirage.glance.transfer.TaskRunner;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Makes records and libraries agree: when this node starts, and when others die. */
final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
    private static final Duration LOOK_FOR_DEAD = Duration.ofSeconds(20);
    private static final Duration WAIT_FOR_WATCH = Duration.ofSeconds(10);

    private final Reconciliation reconciliation;
    private final Nodes nodes;
    private final String node;
    private final Clock clock;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("watch").factory());

    /**
     * @param node this one
     */
    NodeWatch(Reconciliation reconciliation, Nodes nodes, String node, Clock clock) {
        this.reconciliation = reconciliation;
        this.nodes = nodes;
        this.node = node;
        this.clock = clock;
    }

    /** Undoes what this node and dead ones left. Before anything new begins here. */
    void settle() throws IOException {
        // This node was alive a moment ago, maybe, and what it was at then is nobody's now.
        Set<String> others = alive();
        others.remove(node);
        reconciliation.run(others);
    }

    void start() {
        var unused =
                watch.scheduleWithFixedDelay(
                        this::lookAfterDeaths,
                        LOOK_FOR_DEAD.toSeconds(),
                        LOOK_FOR_DEAD.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private void lookAfterDeaths() {
        try {
            Set<String> living = alive();
            living.add(node);
            reconciliation.afterDeaths(living);
        } catch (IOException | RuntimeException failure) {
            LOG.warn("what dead nodes left cannot be undone now", failure);
        }
    }

    private Set<String> alive() {
        return new HashSet<>(nodes.aliveAfter(clock.instant().minus(TaskRunner.DEAD_AFTER)));
    }

    /** Lets what runs come to its end: it is in the database or a library, and no thread may be interrupted there. */
    @Override
    public void close() throws InterruptedException {
        watch.shutdown();
        if (!watch.awaitTermination(WAIT_FOR_WATCH.toSeconds(), TimeUnit.SECONDS)) {
            LOG.warn("what dead nodes left is still being undone");
        }
    }
}
