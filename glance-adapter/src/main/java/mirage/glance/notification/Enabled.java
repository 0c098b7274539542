package mirage.glance.notification;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.Set;

/**
 * Passes on what is not disabled.
 *
 * @param disabled types such as {@code image.send}, and groups such as {@code image.member} or {@code image}
 */
record Enabled(Set<String> disabled, Notifications next) implements Notifications {
    @Override
    public void send(Priority priority, String eventType, JsonNode payload) {
        for (int end = eventType.length(); end > 0; end = eventType.lastIndexOf('.', end - 1)) {
            if (disabled.contains(eventType.substring(0, end))) {
                return;
            }
        }
        next.send(priority, eventType, payload);
    }
}
