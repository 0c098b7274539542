package mirage.glance.http;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * The files of a server that speaks TLS, all of them PEM.
 *
 * @param certificate the server's, and behind it those of the authorities between it and the root
 * @param key the private key of the first certificate
 * @param clientAuthorities who must have signed the certificate that a client shows, null when clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientAuthorities) {}
