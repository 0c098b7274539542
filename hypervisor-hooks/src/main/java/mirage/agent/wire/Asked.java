package mirage.agent.wire;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * A request to the image service.
 *
 * @param method of HTTP
 * @param target path and query, as they go over the wire, from the service's root
 * @param headers all of them but those of the connection
 * @param body null when it has none
 * @param patience how long the service may be silent
 */
public record Asked(
        String method,
        String target,
        HttpFields headers,
        Content.@Nullable Source body,
        Duration patience) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public Asked {
        if (!target.startsWith("/") || patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException(method + " " + target + " within " + patience);
        }
    }

    /** A request for something, with the patience that is usual. */
    public static Asked get(String target, HttpFields headers) {
        return new Asked("GET", target, headers, null, PATIENCE);
    }
}
