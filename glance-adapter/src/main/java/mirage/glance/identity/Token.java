package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * A token that was found good. Whoever holds its text is its user, so the text is in no log: {@link #toString} leaves it
 * out.
 *
 * @param text as the client sent it
 * @param expires when it is no longer good by itself, null for never. It may lie in the past: see
 *     {@link Identity#callerOf}
 * @param accessRules all that the token may be used for, null when it may be used for everything
 */
public record Token(
        String text, @Nullable Instant expires, @Nullable List<AccessRule> accessRules) {
    public Token {
        accessRules = accessRules == null ? null : List.copyOf(accessRules);
    }

    /** A token without access rules. */
    public Token(String text, @Nullable Instant expires) {
        this(text, expires, null);
    }

    /**
     * Whether the token may be used for a request to the image service.
     *
     * @param path as it was sent, without the query
     */
    public boolean permits(String method, String path) {
        return accessRules == null
                || accessRules.stream().anyMatch(rule -> rule.permits("image", method, path));
    }

    @Override
    public String toString() {
        return "Token[expires=" + expires + ", accessRules=" + accessRules + "]";
    }
}
