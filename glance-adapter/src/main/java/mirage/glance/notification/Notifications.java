package mirage.glance.notification;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Takes what is to be told. Never waits, never fails: what cannot be told is counted and lost. Safe for use by many
 * threads.
 */
@FunctionalInterface
public interface Notifications {
    /** Tells nobody. */
    Notifications NONE = (priority, eventType, payload) -> {};

    /** How much it matters; the queue that a notification goes to is named by it. */
    enum Priority {
        INFO,
        ERROR
    }

    /**
     * Tells that something has happened.
     *
     * @param eventType such as {@code image.create}
     * @param payload not changed any more
     */
    void send(Priority priority, String eventType, JsonNode payload);
}
