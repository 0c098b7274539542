package mirage.glance.notification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;

import mirage.glance.notification.Notifications.Priority;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** Telling is fast and never fails, whatever the carrier does. */
@Timeout(60)
final class OutboxTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-04T05:06:07.890123Z"));

    /** Carries when it is let. */
    private static final class FakeCarrier implements Carrier {
        private final List<Notification> carried = new ArrayList<>();
        private final Semaphore arrivals = new Semaphore(0);
        private final Semaphore permits = new Semaphore(0);
        private volatile boolean fails;
        private volatile boolean closed;

        @Override
        public void carry(List<Notification> notifications) throws IOException {
            arrivals.release();
            try {
                permits.acquire();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException(stopped);
            }
            if (fails) {
                throw new IOException("the broker is away");
            }
            synchronized (this) {
                carried.addAll(notifications);
            }
        }

        synchronized List<Integer> payloads() {
            return carried.stream().map(notification -> notification.payload().intValue()).toList();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final FakeCarrier carrier = new FakeCarrier();

    private Outbox outbox(int room) {
        return new Outbox(carrier, "image.here", room, CLOCK);
    }

    private static void send(Outbox outbox, int from, int until) {
        IntStream.range(from, until)
                .forEach(i -> outbox.send(Priority.INFO, "image.update", IntNode.valueOf(i)));
    }

    @Test
    void keepsTheOrderAndDropsWhatHasNoRoom() throws Exception {
        Outbox outbox = outbox(10);
        send(outbox, 0, 1);
        carrier.arrivals.acquire();
        // The first is being carried, ten wait, the others have no room.
        send(outbox, 1, 16);
        assertThat(outbox.dropped()).isEqualTo(5);
        carrier.permits.release(100);
        outbox.close();
        assertThat(carrier.payloads()).isEqualTo(IntStream.range(0, 11).boxed().toList());
        assertThat(outbox.sent()).isEqualTo(11);
        assertThat(carrier.closed).isTrue();
        send(outbox, 16, 17);
        assertThat(outbox.dropped()).isEqualTo(6);
    }

    @Test
    void triesAgainUntilTheyHaveArrived() throws Exception {
        carrier.fails = true;
        carrier.permits.release(2);
        try (Outbox outbox = outbox(10)) {
            send(outbox, 0, 3);
            carrier.arrivals.acquire(2);
            carrier.fails = false;
            carrier.permits.release(100);
            while (outbox.sent() < 3) {
                Thread.sleep(10);
            }
            assertThat(carrier.payloads()).containsExactly(0, 1, 2);
            assertThat(outbox.dropped()).isZero();
        }
    }

    @Test
    void closingDoesNotWaitForABrokerThatIsAway() throws Exception {
        Outbox outbox = outbox(10);
        send(outbox, 0, 3);
        carrier.arrivals.acquire();
        CountDownLatch closed = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        outbox.close();
                        closed.countDown();
                    } catch (IOException failure) {
                        throw new AssertionError(failure);
                    }
                });
        closed.await();
        assertThat(outbox.dropped()).isEqualTo(3);
        assertThat(carrier.closed).isTrue();
    }

    @Test
    void disabledNotificationsAreNotSent() throws Exception {
        carrier.permits.release(100);
        Outbox outbox = outbox(10);
        Enabled enabled = new Enabled(Set.of("image.send", "image.member", "task"), outbox);
        List<String> types =
                List.of(
                        "image.send",
                        "image.member.create",
                        "task.run",
                        "image.sendx",
                        "image.create",
                        "tasks");
        types.forEach(type -> enabled.send(Priority.INFO, type, IntNode.valueOf(0)));
        outbox.close();
        assertThat(carrier.carried)
                .extracting(Notification::eventType)
                .containsExactly("image.sendx", "image.create", "tasks");
    }

    @Test
    void theEnvelopeHoldsTheMessageAsText() throws Exception {
        ObjectMapper json = new ObjectMapper();
        Notification notification =
                new Notification(
                        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                        "image.here",
                        Priority.ERROR,
                        "image.upload",
                        json.readTree("{\"a\": null}"),
                        CLOCK.instant());
        JsonNode envelope = json.readTree(notification.body(true));
        assertThat(envelope.path("oslo.version").asText()).isEqualTo("2.0");
        assertThat(envelope.path("oslo.message").isTextual()).isTrue();
        JsonNode message = json.readTree(envelope.path("oslo.message").asText());
        assertThat(message).isEqualTo(json.readTree(notification.body(false)));
        assertThat(message.toString())
                .isEqualTo(
                        ("{'message_id':'00112233-4455-6677-8899-aabbccddeeff',"
                                        + "'publisher_id':'image.here','event_type':'image.upload',"
                                        + "'priority':'ERROR','payload':{'a':null},"
                                        + "'timestamp':'2026-03-04 05:06:07.890123',"
                                        + "'_unique_id':'00112233445566778899aabbccddeeff'}")
                                .replace('\'', '"'));
        assertThat(notification.queueOf("notifications")).isEqualTo("notifications.error");
    }
}
