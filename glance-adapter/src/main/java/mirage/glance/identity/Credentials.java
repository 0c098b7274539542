package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

/**
 * What a request shows to prove who sent it. All of it is hostile text.
 *
 * @param token of the user
 * @param serviceToken of the service that passes on the user's request, null when there is none
 * @param project id of the project that the client wants to act in, null when it does not say. For tokens that are good
 *     for several; others have one project or none, whatever is asked. A wish, not a proof: the token must grant it.
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
