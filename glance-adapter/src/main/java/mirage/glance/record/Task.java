package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Work in the background.
 *
 * @param id a UUID
 * @param type such as {@code api_image_import}
 * @param owner id of the project that it is for
 * @param user id of the user who asked for it
 * @param image that it works on, null for none
 * @param requestId of the request that began it
 * @param input a JSON object: what is to be done
 * @param result a JSON value, empty while there is none
 * @param message how far it is, or why it failed
 * @param node that works on it, empty when none does
 * @param expiresAt when it is forgotten, null while it has not ended
 */
public record Task(
        String id,
        String type,
        Status status,
        String owner,
        String user,
        @Nullable ImageId image,
        String requestId,
        String input,
        String result,
        String message,
        String node,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt) {
    public Task {
        createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
        updatedAt = updatedAt.truncatedTo(ChronoUnit.MICROS);
        expiresAt = expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.MICROS);
    }

    /** How far a task is. */
    public enum Status {
        PENDING,
        PROCESSING,
        SUCCESS,
        FAILURE;

        /** As the Image API writes it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public boolean hasEnded() {
            return this == SUCCESS || this == FAILURE;
        }
    }

    /** Known, and to be begun by that node. */
    public Task pendingAt(String atNode) {
        return with(Status.PENDING, result, message, atNode, updatedAt, null);
    }

    /** A node takes it on. */
    public Task processing(String byNode, Instant now) {
        return with(Status.PROCESSING, result, message, byNode, now, null);
    }

    public Task withMessage(String newMessage, Instant now) {
        return with(status, result, newMessage, node, now, expiresAt);
    }

    /** It has ended well. */
    public Task succeeded(String newResult, Instant now, Instant expires) {
        return with(Status.SUCCESS, newResult, message, "", now, expires);
    }

    /** It has ended without doing what it was to do. */
    public Task failed(String why, Instant now, Instant expires) {
        return with(Status.FAILURE, result, why, "", now, expires);
    }

    private Task with(
            Status newStatus,
            String newResult,
            String newMessage,
            String newNode,
            Instant now,
            @Nullable Instant expires) {
        return new Task(
                id,
                type,
                newStatus,
                owner,
                user,
                image,
                requestId,
                input,
                newResult,
                newMessage,
                newNode,
                createdAt,
                now,
                expires);
    }
}
