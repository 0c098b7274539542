package mirage.glance.serve;

import mirage.glance.api.ApiLimits;
import mirage.glance.api.ApiSettings;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the service.
 *
 * @param dataDirectory holds all that the service keeps; made when it is not there
 * @param listen where to listen; port 0 takes a free one
 * @param publicEndpoint what links to the service begin with, null for what a request was sent to
 * @param api of the API
 * @param idleTimeout after which a connection is cut on which nothing moves
 * @param stopTimeout how long the stop waits for requests in flight
 */
public record ServeSettings(
        Path dataDirectory,
        InetSocketAddress listen,
        @Nullable String publicEndpoint,
        ApiSettings api,
        Duration idleTimeout,
        Duration stopTimeout) {

    /** What a command without options starts, on a data directory. */
    public static ServeSettings defaults(Path dataDirectory) {
        return new ServeSettings(
                dataDirectory,
                new InetSocketAddress("127.0.0.1", 9292),
                null,
                ApiSettings.defaults(),
                Duration.ofMinutes(5),
                Duration.ofSeconds(30));
    }

    ServeSettings withListen(InetSocketAddress newListen) {
        return new ServeSettings(
                dataDirectory, newListen, publicEndpoint, api, idleTimeout, stopTimeout);
    }

    ServeSettings withPublicEndpoint(@Nullable String newEndpoint) {
        return new ServeSettings(dataDirectory, listen, newEndpoint, api, idleTimeout, stopTimeout);
    }

    ServeSettings withLimits(ApiLimits newLimits) {
        return new ServeSettings(
                dataDirectory,
                listen,
                publicEndpoint,
                api.withLimits(newLimits),
                idleTimeout,
                stopTimeout);
    }
}
