package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** Knows tokens. Safe for use by many threads. */
public interface Identity {
    /**
     * Who sends a request with these credentials. A user's token that is over still counts when a good token of a
     * service comes with it that has one of the roles configured for that: the service began its work for the user while
     * the token was good. A service's token that is not good is as none.
     *
     * @return null when nobody knows the user's token, or it is no longer good, or it does not grant the project asked
     *     for
     * @throws IOException when that cannot be found out now; the message holds no token
     */
    @Nullable Caller callerOf(Credentials credentials) throws IOException;

    /**
     * Where to get a token, for who comes without a good one.
     *
     * @return challenges as the header WWW-Authenticate has them, such as {@code Keystone uri="http://cloud:5000"}
     */
    default List<String> challenges() {
        return List.of();
    }
}
