package mirage.glance.http;

import mirage.log.LogContext;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The HTTP server. All that is special to Jetty is here, in {@link Exchange}, {@link ClientView} and {@link Tls}.
 *
 * <pre>
 *   Server, one connector, HTTP/1.1, plain or over TLS
 *   └─ Dispatch          one virtual thread per request
 *      └─ the Endpoint given
 * </pre>
 *
 * A stop takes these steps; {@link #hurry} ends the waits of 2 and 4:
 *
 * <ol>
 *   <li>every answer from now on tells its client to come back on a new connection
 *   <li>the drain delay passes, requests are taken as before: load balancers see the healthcheck and turn away
 *   <li>no new connections
 *   <li>requests under way have the stop timeout to end
 *   <li>what is left is cut, and seen to its end
 * </ol>
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final Duration WAIT_FOR_ABORTED = Duration.ofSeconds(10);

    private final Server server;
    private final ServerConnector connector;
    private final HttpSettings settings;
    private final @Nullable Tls tls;
    private final InFlight inFlight = new InFlight();
    private volatile boolean stopping;

    private HttpServer(
            Server server, ServerConnector connector, HttpSettings settings, @Nullable Tls tls) {
        this.server = server;
        this.connector = connector;
        this.settings = settings;
        this.tls = tls;
    }

    /**
     * Starts to serve.
     *
     * @throws IOException when the address cannot be had, or the files of TLS are not what they should be
     */
    public static HttpServer start(Endpoint endpoint, HttpSettings settings) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("http");
        threads.setVirtualThreadsExecutor(
                VirtualThreads.getNamedVirtualThreadsExecutor("request-"));
        Server jetty = new Server(threads);
        TlsFiles files = settings.tls();
        Tls tls = files == null ? null : Tls.of(files);
        HttpConnectionFactory http =
                new HttpConnectionFactory(configuration(settings, tls != null));
        ServerConnector connector =
                tls == null
                        ? new ServerConnector(jetty, 1, 1, http)
                        : new ServerConnector(
                                jetty,
                                1,
                                1,
                                new SslConnectionFactory(tls.context(), http.getProtocol()),
                                http);
        InetSocketAddress address = settings.listen();
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        jetty.addConnector(connector);
        jetty.setErrorHandler(new PlainErrors());
        HttpServer server = new HttpServer(jetty, connector, settings, tls);
        jetty.setHandler(server.new Dispatch(endpoint));
        try {
            jetty.start();
        } catch (Exception failure) {
            stop(jetty);
            throw new IOException(
                    "cannot listen at "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + ": "
                            + reason(failure),
                    failure);
        }
        return server;
    }

    private static HttpConfiguration configuration(HttpSettings settings, boolean secure) {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(settings.requestHeaderBytes());
        // Names of images come as path segments, whatever is in them; RawPath cuts, nothing is
        // resolved.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        if (secure) {
            // Clients by address, and proxies, name hosts that the certificate need not have.
            configuration.addCustomizer(new SecureRequestCustomizer(false));
        }
        return configuration;
    }

    /** Where it listens, such as {@code https://127.0.0.1:9292}. */
    public String uri() {
        String host = settings.listen().getHostString();
        return (tls == null ? "http://" : "https://")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + port();
    }

    /** The port that it listens at. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Requests under way. */
    public int inFlight() {
        return inFlight.count();
    }

    /** The TLS of this server, null for plain HTTP. */
    public @Nullable Tls tls() {
        return tls;
    }

    /** Cuts short the waits of a stop that is under way or will come: connections are cut. */
    public void hurry() {
        inFlight.hurry();
    }

    /** Stops, in the steps that the class tells. */
    @Override
    public void close() {
        stopping = true; // 1
        try {
            inFlight.pause(settings.drainDelay()); // 2
            connector.close(); // 3
            if (!inFlight.awaitNone(settings.stopTimeout())) { // 4
                LOG.warn("{} requests under way are cut", inFlight.count());
            }
            connector.getConnectedEndPoints().forEach(EndPoint::close); // 5
            if (!inFlight.awaitAborted(WAIT_FOR_ABORTED)) {
                LOG.warn("{} requests did not end", inFlight.count());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        stop(server);
    }

    private static void stop(Server jetty) {
        try {
            jetty.stop();
        } catch (Exception failure) {
            LOG.warn("the HTTP server did not stop cleanly: {}", failure.toString());
        }
    }

    private static String reason(Exception failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }

    /** Runs the endpoint for a request. */
    private final class Dispatch extends Handler.Abstract {
        private static final LogContext NOBODY = new LogContext(null, null, null);

        private final Endpoint endpoint;

        Dispatch(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            inFlight.enter();
            // One thread may serve several requests of a connection, one after the other.
            try (LogContext.Scope _ = NOBODY.open()) {
                if (stopping) {
                    response.getHeaders().put(HttpHeader.CONNECTION, "close");
                }
                Exchange exchange =
                        new Exchange(
                                request,
                                response,
                                ClientView.of(request, settings.proxyHeaders()),
                                settings.publicEndpoint());
                endpoint.handle(exchange);
                if (exchange.isAnswered()) {
                    callback.succeeded();
                } else {
                    callback.failed(new IllegalStateException("the request was not answered"));
                }
            } catch (IOException | RuntimeException failure) {
                // After the head of an answer is out, this cuts the connection; before, Jetty
                // answers 500.
                LOG.debug("{} {} cut short", request.getMethod(), request.getHttpURI(), failure);
                callback.failed(failure);
            } finally {
                inFlight.leave();
            }
            return true;
        }
    }

    /** The pages of requests that Jetty itself refuses, such as malformed ones: it ends their connections. */
    private static final class PlainErrors extends ErrorHandler {
        @Override
        protected void generateResponse(
                Request request,
                Response response,
                int code,
                @Nullable String message,
                @Nullable Throwable cause,
                Callback callback) {
            ErrorPage page =
                    ErrorPage.of(
                            code,
                            message == null ? "" : message,
                            request.getHeaders().get("Accept"));
            response.getHeaders().put("Content-Type", page.contentType());
            // Jetty does not say so, and a client that sends its next request meanwhile gets none.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            Content.Sink.write(response, true, page.body(), callback);
        }
    }
}
