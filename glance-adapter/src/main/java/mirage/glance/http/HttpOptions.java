package mirage.glance.http;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Options of the HTTP server. */
public final class HttpOptions {
    private static final String DEFAULT = "DEFAULT";
    private static final int KIB = 1024;

    public static final ConfigOption<String> BIND_HOST =
            ConfigOption.of(
                            DEFAULT,
                            "bind_host",
                            OptionType.text(),
                            "127.0.0.1",
                            """
                            Name or address to listen at; 0.0.0.0 or :: for all of this machine. With plain HTTP tokens
                            travel readable: listen on a network only with TLS, or behind a proxy that has it.
                            """)
                    .example("0.0.0.0");

    public static final ConfigOption<Integer> BIND_PORT =
            ConfigOption.of(
                    DEFAULT,
                    "bind_port",
                    OptionType.integer(0, 65535),
                    "9292",
                    "Port to listen at; 0 takes a free one, which the line 'ready' names.");

    public static final ConfigOption<Optional<URI>> PUBLIC_ENDPOINT =
            ConfigOption.optional(
                            DEFAULT,
                            "public_endpoint",
                            OptionType.httpUri(),
                            """
                            What absolute links to this service begin with, when clients reach it by another name than
                            the one it is asked by, such as through a proxy. Left out: what a request was sent to.
                            """)
                    .example("https://cloud.example.org/image");

    public static final ConfigOption<Boolean> PROXY_HEADERS =
            ConfigOption.of(
                    DEFAULT,
                    "enable_proxy_headers_parsing",
                    OptionType.flag(),
                    "false",
                    """
                    Whether X-Forwarded-Proto, -Host, -Prefix and -For say how the client reached the proxy in front.
                    Switch it on only when every request comes through a proxy that sets or removes these headers:
                    otherwise clients choose what links and logs say of them.
                    """);

    public static final ConfigOption<Optional<Path>> CERTIFICATE =
            ConfigOption.optional(
                            DEFAULT,
                            "ssl_cert_file",
                            OptionType.path(),
                            """
                            PEM file with the server's certificate and behind it those of the authorities between it and
                            the root. With it and ssl_key_file the server speaks TLS only. A changed file is taken in
                            within some seconds, or at once on SIGHUP.
                            """)
                    .example("/etc/mirage/tls/server.crt");

    public static final ConfigOption<Optional<Path>> KEY =
            ConfigOption.optional(
                            DEFAULT,
                            "ssl_key_file",
                            OptionType.path(),
                            "PEM file with the private key of the certificate, PKCS #8 or PKCS #1, without passphrase.")
                    .example("/etc/mirage/tls/server.key");

    public static final ConfigOption<Optional<Path>> CLIENT_AUTHORITIES =
            ConfigOption.optional(
                            DEFAULT,
                            "ssl_ca_file",
                            OptionType.path(),
                            """
                            PEM file with certificates of authorities. With it every client needs a certificate that one
                            of them signed, besides its token.
                            """)
                    .example("/etc/mirage/tls/clients-ca.crt");

    public static final ConfigOption<Duration> IDLE_TIMEOUT =
            ConfigOption.of(
                    DEFAULT,
                    "client_socket_timeout",
                    OptionType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
                    "5m",
                    "A connection on which nothing moves for so long is cut, in the middle of a transfer too.");

    public static final ConfigOption<Integer> REQUEST_HEADER_BYTES =
            ConfigOption.of(
                    DEFAULT,
                    "max_header_line",
                    OptionType.integer(4 * KIB, 1024 * KIB),
                    "32768",
                    """
                    The most bytes that the head of a request may have: its line and all headers together. Tokens that
                    carry their own content are long.
                    """);

    public static final ConfigOption<Duration> DRAIN_DELAY =
            ConfigOption.of(
                    DEFAULT,
                    "stop_drain_delay",
                    OptionType.duration(Duration.ZERO, Duration.ofHours(1)),
                    "0",
                    """
                    How long, once told to stop, the service goes on to take connections while /healthcheck answers 503.
                    As long as the load balancer needs to notice: its interval times its count of failures.
                    """);

    public static final ConfigOption<Duration> STOP_TIMEOUT =
            ConfigOption.of(
                    DEFAULT,
                    "stop_timeout",
                    OptionType.duration(Duration.ZERO, Duration.ofDays(1)),
                    "30s",
                    """
                    How long a stop waits for requests under way, uploads and downloads among them, before it cuts them.
                    A second SIGTERM cuts them at once. The service manager must wait longer (TimeoutStopSec=).
                    """);

    public static final ConfigOption<Path> HEALTHCHECK_FILE =
            ConfigOption.of(
                    "healthcheck",
                    "disable_by_file_path",
                    OptionType.path(),
                    "$DEFAULT.data_directory/healthcheck.disable",
                    """
                    While this file is there /healthcheck answers 503, so that a load balancer takes the service out of
                    its rotation. Requests are served all the same.
                    """);

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Server",
                            BIND_HOST,
                            BIND_PORT,
                            PUBLIC_ENDPOINT,
                            PROXY_HEADERS,
                            IDLE_TIMEOUT,
                            REQUEST_HEADER_BYTES),
                    OptionGroup.of("TLS", CERTIFICATE, KEY, CLIENT_AUTHORITIES),
                    OptionGroup.of("Stopping", DRAIN_DELAY, STOP_TIMEOUT, HEALTHCHECK_FILE));

    private HttpOptions() {}
}
