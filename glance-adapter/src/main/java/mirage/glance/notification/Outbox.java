package mirage.glance.notification;

import com.fasterxml.jackson.databind.JsonNode;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps notifications until a carrier has brought them, in their order, on a thread of its own. While the carrier fails
 * it is tried again, seldomer and seldomer; what comes when there is no more room is dropped and counted.
 */
final class Outbox implements Notifications, MeterBinder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int BATCH = 100;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration WAIT_AT_CLOSE = Duration.ofSeconds(3);

    private final Carrier carrier;
    private final String publisher;
    private final InstantSource clock;
    private final BlockingQueue<Notification> waiting;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean failing;

    /**
     * @param carrier is closed with this
     * @param room how many notifications wait at the most
     */
    Outbox(Carrier carrier, String publisher, int room, InstantSource clock) {
        this.carrier = carrier;
        this.publisher = publisher;
        this.clock = clock;
        this.waiting = new ArrayBlockingQueue<>(room);
        this.thread = Thread.ofPlatform().daemon().name("notifications").start(this::run);
    }

    @Override
    public void send(Priority priority, String eventType, JsonNode payload) {
        Notification notification =
                new Notification(
                        UUID.randomUUID(),
                        publisher,
                        priority,
                        eventType,
                        payload,
                        clock.instant());
        if (closing || !waiting.offer(notification)) {
            dropped.incrementAndGet();
        }
    }

    /** How many have arrived. */
    long sent() {
        return sent.get();
    }

    /** How many nobody will ever read. */
    long dropped() {
        return dropped.get();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("mirage.notifications.sent", sent, AtomicLong::doubleValue)
                .description("Notifications that the broker has")
                .register(registry);
        FunctionCounter.builder("mirage.notifications.dropped", dropped, AtomicLong::doubleValue)
                .description("Notifications that were lost, for want of a broker")
                .register(registry);
        Gauge.builder("mirage.notifications.waiting", waiting, BlockingQueue::size)
                .description("Notifications that wait for the broker")
                .register(registry);
    }

    private void run() {
        List<Notification> batch = new ArrayList<>(BATCH);
        try {
            while (!closing || !waiting.isEmpty()) {
                Notification first = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch, BATCH - 1);
                    deliver(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException stopped) {
            LOG.debug("stopped", stopped);
        } finally {
            closing = true;
            int left = batch.size() + waiting.size();
            if (left > 0) {
                dropped.addAndGet(left);
                LOG.warn("{} notifications are lost: the broker does not take them", left);
            }
        }
    }

    /** Until they have arrived; at the end only once more. */
    private void deliver(List<Notification> batch) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                carrier.carry(batch);
                sent.addAndGet(batch.size());
                if (failing) {
                    LOG.info("notifications are sent again");
                }
                failing = false;
                return;
            } catch (IOException | RuntimeException failure) {
                if (Thread.interrupted() || closing) {
                    throw new InterruptedException();
                }
                if (!failing) {
                    LOG.warn("notifications cannot be sent now: {}", failure.toString());
                    LOG.debug("notifications cannot be sent now", failure);
                }
                failing = true;
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
            pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }

    /** Gives what waits a moment to arrive. */
    @Override
    public void close() throws IOException {
        closing = true;
        try {
            if (failing || !thread.join(WAIT_AT_CLOSE)) {
                thread.interrupt();
                thread.join(WAIT_AT_CLOSE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        carrier.close();
    }
}
