package mirage.glance.http;

import mirage.config.ConfigException;
import mirage.config.Configuration;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of an HTTP server.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param publicEndpoint what links to the service begin with, null for what a request was sent to
 * @param proxyHeaders whether X-Forwarded-* headers are believed
 * @param tls files of certificates and key, null for plain HTTP
 * @param idleTimeout after which a connection is cut on which nothing moves
 * @param requestHeaderBytes the most that the head of a request may have
 * @param drainDelay how long a stop goes on to take connections
 * @param stopTimeout how long a stop waits for requests under way after that
 */
public record HttpSettings(
        InetSocketAddress listen,
        @Nullable String publicEndpoint,
        boolean proxyHeaders,
        @Nullable TlsFiles tls,
        Duration idleTimeout,
        int requestHeaderBytes,
        Duration drainDelay,
        Duration stopTimeout) {

    /**
     * As the options say.
     *
     * @throws ConfigException when they do not go together
     */
    public static HttpSettings from(Configuration configuration) throws ConfigException {
        return new HttpSettings(
                InetSocketAddress.createUnresolved(
                        configuration.get(HttpOptions.BIND_HOST),
                        configuration.get(HttpOptions.BIND_PORT)),
                configuration.get(HttpOptions.PUBLIC_ENDPOINT).map(Object::toString).orElse(null),
                configuration.get(HttpOptions.PROXY_HEADERS),
                tls(configuration),
                configuration.get(HttpOptions.IDLE_TIMEOUT),
                configuration.get(HttpOptions.REQUEST_HEADER_BYTES),
                configuration.get(HttpOptions.DRAIN_DELAY),
                configuration.get(HttpOptions.STOP_TIMEOUT));
    }

    private static @Nullable TlsFiles tls(Configuration configuration) throws ConfigException {
        Optional<Path> certificate = configuration.get(HttpOptions.CERTIFICATE);
        Optional<Path> key = configuration.get(HttpOptions.KEY);
        Optional<Path> clients = configuration.get(HttpOptions.CLIENT_AUTHORITIES);
        if (certificate.isEmpty() && key.isEmpty()) {
            if (clients.isPresent()) {
                throw new ConfigException(
                        configuration.placeOf(HttpOptions.CLIENT_AUTHORITIES)
                                + " needs ssl_cert_file and ssl_key_file");
            }
            return null;
        }
        return new TlsFiles(
                configuration.require(HttpOptions.CERTIFICATE),
                configuration.require(HttpOptions.KEY),
                clients.orElse(null));
    }

    /** Plain HTTP at an address, all else as it is by default. */
    public static HttpSettings plain(InetSocketAddress listen) {
        return new HttpSettings(
                listen,
                null,
                false,
                null,
                Duration.ofMinutes(5),
                32 * 1024,
                Duration.ZERO,
                Duration.ofSeconds(30));
    }

    public HttpSettings withStopTimeout(Duration newTimeout) {
        return new HttpSettings(
                listen,
                publicEndpoint,
                proxyHeaders,
                tls,
                idleTimeout,
                requestHeaderBytes,
                drainDelay,
                newTimeout);
    }
}
