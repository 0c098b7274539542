package mirage.agent.wire;

import org.eclipse.jetty.client.ContinueProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The image service that this host belongs to. Requests go out as they are told, answers come back as they are: no
 * redirect is followed, nothing is decoded, no cookie is kept. Safe for use by many threads.
 */
public final class ImageService implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** A connection that was not used for so long is not used again: the service may be closing it. */
    private static final Duration KEEP_IDLE = Duration.ofSeconds(10);

    private static final int MAX_CONNECTIONS = 256;
    private static final int HEADER_BYTES = 64 * 1024;
    private static final int BUFFER_BYTES = 128 * 1024;

    /** An upload may go on for so long; what stands still is cut by the connection's own time. */
    private static final int LONGEST_DAYS = 30;

    private static final Set<String> ASKING = Set.of("GET", "HEAD");

    /** Of a connection, not of what goes over it: RFC 9110, section 7.6.1. */
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private final HttpClient client;
    private final URI address;

    private ImageService(HttpClient client, URI address) {
        this.client = client;
        this.address = address;
    }

    /**
     * Connects to nothing yet.
     *
     * @param address its root, such as {@code http://controller:9292}
     * @param authorities certificates in PEM that its own must come from, null for those of the system
     * @throws IOException when the authorities cannot be read
     */
    public static ImageService at(URI address, @Nullable Path authorities) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("to-service");
        threads.setDaemon(true);
        HttpClient client = new HttpClient();
        client.setExecutor(threads);
        client.setSslContextFactory(trusting(authorities));
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setDefaultRequestContentType(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setConnectTimeout(CONNECT.toMillis());
        client.setIdleTimeout(KEEP_IDLE.toMillis());
        client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
        client.setRequestBufferSize(HEADER_BYTES);
        client.setMaxRequestHeadersSize(HEADER_BYTES);
        client.setMaxResponseHeadersSize(HEADER_BYTES);
        client.setResponseBufferSize(BUFFER_BYTES);
        try {
            client.start();
        } catch (Exception failure) {
            throw new IOException("no HTTP client: " + failure, failure);
        }
        // After the start, which fills them in.
        client.getContentDecoderFactories().clear();
        client.getProtocolHandlers().clear();
        client.getProtocolHandlers().put(new ContinueProtocolHandler());
        return new ImageService(client, address);
    }

    private static SslContextFactory.Client trusting(@Nullable Path authorities)
            throws IOException {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        if (authorities != null) {
            tls.setTrustStore(Authorities.read(authorities));
        }
        tls.setEndpointIdentificationAlgorithm("HTTPS");
        return tls;
    }

    public URI address() {
        return address;
    }

    /** Whether a header belongs to the connection, and is not passed on. */
    public static boolean isOfConnection(HttpField field) {
        return HOP_BY_HOP.contains(field.getName().toLowerCase(Locale.ROOT));
    }

    /**
     * Sends a request and waits for the head of its answer, whatever the status. What only asks is sent once more when
     * the connection ended under it, as the service may end one that nothing went over for a while.
     *
     * @throws IOException when there is none in time
     */
    public Answer send(Asked asked) throws IOException {
        try {
            return sendOnce(asked);
        } catch (ConnectionEndedException ended) {
            if (asked.body() == null && ASKING.contains(asked.method())) {
                return sendOnce(asked);
            }
            throw ended;
        }
    }

    private Answer sendOnce(Asked asked) throws IOException {
        Request request =
                client.newRequest(address.getHost(), port())
                        .scheme(address.getScheme())
                        .method(asked.method())
                        .path(path() + asked.target())
                        .idleTimeout(asked.patience().toMillis(), TimeUnit.MILLISECONDS)
                        .headers(headers -> {
                            headers.clear();
                            for (HttpField field : asked.headers()) {
                                if (!isOfConnection(field)) {
                                    headers.add(field);
                                }
                            }
                            // A door before several services goes by the name that it is called by.
                            headers.put(hostField());
                        });
        if (asked.body() != null) {
            request.body(new Passed(asked.body()));
        }
        return send(request, asked);
    }

    private Answer send(Request request, Asked asked) throws IOException {
        InputStreamResponseListener listener = new InputStreamResponseListener();
        request.send(listener);
        try {
            return new Answer(request, listener, listener.get(LONGEST_DAYS, TimeUnit.DAYS));
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            String message = asked.method() + " at " + address + ": " + cause;
            throw cause instanceof EOFException || cause instanceof SocketException
                    ? new ConnectionEndedException(message, cause)
                    : new IOException(message, cause);
        } catch (TimeoutException impossible) {
            throw new IOException(impossible);
        } catch (InterruptedException stopped) {
            request.abort(stopped);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    private int port() {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return "https".equals(address.getScheme()) ? 443 : 80;
    }

    private String path() {
        return address.getRawPath() == null ? "" : address.getRawPath();
    }

    @Override
    public void close() throws IOException {
        try {
            client.stop();
        } catch (Exception failure) {
            throw new IOException("the HTTP client did not stop: " + failure, failure);
        }
    }

    /** The connection was there and ended before an answer came. */
    private static final class ConnectionEndedException extends IOException {
        private static final long serialVersionUID = 1;

        ConnectionEndedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A body that goes on as it comes in: read when the connection can take more, of the length that was declared. */
    private record Passed(Content.Source source) implements Request.Content {
        @Override
        public Content.@Nullable Chunk read() {
            return source.read();
        }

        @Override
        public void demand(Runnable demandCallback) {
            source.demand(demandCallback);
        }

        @Override
        public void fail(Throwable failure) {
            source.fail(failure);
        }

        @Override
        public long getLength() {
            return source.getLength();
        }

        @Override
        public @Nullable String getContentType() {
            return null; // among the headers already
        }
    }

    /** The header that names a host: the service's own, on every request. */
    public HttpField hostField() {
        return new HttpField(HttpHeader.HOST, address.getRawAuthority());
    }
}
