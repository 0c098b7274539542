package mirage.glance.identity.remote;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How to reach a service.
 *
 * @param caFile PEM file with the certificates that a server's chain must end in, null for those of the platform
 * @param insecure whether any certificate will do, for tests
 * @param timeout of one try, from the first packet to the last byte of the answer
 * @param retries how many more times a connection is tried that could not be made or broke
 */
public record Connection(@Nullable Path caFile, boolean insecure, Duration timeout, int retries) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    public static final int DEFAULT_RETRIES = 3;

    public Connection {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a timeout of " + timeout);
        }
        if (retries < 0) {
            throw new IllegalArgumentException(retries + " retries");
        }
        if (insecure && caFile != null) {
            throw new IllegalArgumentException(
                    "a file of authorities is of no use to an insecure connection");
        }
    }

    public static Connection defaults() {
        return new Connection(null, false, DEFAULT_TIMEOUT, DEFAULT_RETRIES);
    }
}
