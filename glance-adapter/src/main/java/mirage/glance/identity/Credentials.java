package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

/**
 * What a request shows to prove who sent it. All of it is hostile text.
 *
 * @param token of the user
 * @param serviceToken of the service that passes on the user's request, null when there is none
 * @param project id of the project that the client wants to act in, for tokens that are good for several, null for the
 *     token's own. A wish, not a proof: it counts only when the token grants it.
 */
public record Credentials(String token, @Nullable String serviceToken, @Nullable String project) {
    /** A user's token alone. */
    public static Credentials of(String token) {
        return new Credentials(token, null, null);
    }

    /** Without the tokens: these are secrets. */
    @Override
    public String toString() {
        return "Credentials[project=" + project + ", service=" + (serviceToken != null) + "]";
    }
}
