package mirage.glance.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.notification.Notifications.Priority;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/**
 * One thing that is told, as oslo.messaging writes it.
 *
 * @param id by which a reader knows one that comes twice
 * @param publisher such as {@code image.node-1}
 */
record Notification(
        UUID id,
        String publisher,
        Priority priority,
        String eventType,
        JsonNode payload,
        Instant time) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

    /** The message itself, which is what the drivers {@code messaging} and {@code log} write. */
    ObjectNode message() {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("message_id", id.toString());
        message.put("publisher_id", publisher);
        message.put("event_type", eventType);
        message.put("priority", priority.name());
        message.set("payload", payload);
        message.put("timestamp", TIME.format(time));
        return message;
    }

    /**
     * What goes to the broker. Readers of oslo.messaging drop a message whose {@code _unique_id} they have just had.
     *
     * @param enveloped whether it is a text in an envelope that names its version: the driver {@code messagingv2}
     */
    String body(boolean enveloped) {
        ObjectNode message = message();
        message.put("_unique_id", id.toString().replace("-", ""));
        if (!enveloped) {
            return message.toString();
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("oslo.version", "2.0")
                .put("oslo.message", message.toString())
                .toString();
    }

    /** The name of the queue, and the routing key, of a topic. */
    String queueOf(String topic) {
        return topic + "." + priority.name().toLowerCase(Locale.ROOT);
    }
}
