package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Knows tokens. Safe for use by many threads. */
public interface Identity {
    /**
     * Who a token stands for.
     *
     * @param token as the client sent it; hostile text
     * @return null when nobody knows the token, or it is no longer good
     * @throws IOException when that cannot be found out now
     */
    @Nullable Caller callerOf(String token) throws IOException;
}
