package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * A token that was found good. Whoever holds its text is its user, so the text is in no log: {@link #toString} leaves it
 * out.
 *
 * @param text as the client sent it
 * @param expires when it is no longer good by itself, null for never. It may lie in the past: see
 *     {@link Identity#callerOf}
 */
public record Token(String text, @Nullable Instant expires) {
    @Override
    public String toString() {
        return "Token[expires=" + expires + "]";
    }
}
