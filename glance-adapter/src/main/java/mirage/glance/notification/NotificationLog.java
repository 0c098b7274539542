package mirage.glance.notification;

import com.fasterxml.jackson.databind.JsonNode;

import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.UUID;

/** Writes notifications to the log, one line of JSON each, under the name {@code oslo.messaging.notification.EVENT}. */
record NotificationLog(String publisher, InstantSource clock) implements Notifications {
    private static final String NAME = "oslo.messaging.notification.";

    @Override
    public void send(Priority priority, String eventType, JsonNode payload) {
        String line =
                new Notification(
                                UUID.randomUUID(),
                                publisher,
                                priority,
                                eventType,
                                payload,
                                clock.instant())
                        .message()
                        .toString();
        switch (priority) {
            case INFO -> LoggerFactory.getLogger(NAME + eventType).info("{}", line);
            case ERROR -> LoggerFactory.getLogger(NAME + eventType).error("{}", line);
        }
    }
}
