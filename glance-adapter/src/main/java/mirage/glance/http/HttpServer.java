package mirage.glance.http;

import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The HTTP server. All that is special to Jetty is here and in {@link Exchange}.
 *
 * <pre>
 *   Server, one connector, HTTP/1.1
 *   └─ GracefulHandler      at the stop: no new requests, those in flight get their time
 *      └─ Dispatch          one virtual thread per request
 *         └─ the Endpoint given
 * </pre>
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** Keystone tokens come in headers and may be long. */
    private static final int REQUEST_HEADER_BYTES = 32 * 1024;

    private static final Duration WAIT_FOR_ABORTED = Duration.ofSeconds(10);

    private final Server server;
    private final ServerConnector connector;
    private final Phaser inFlight = new Phaser(1);

    private HttpServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Starts to serve.
     *
     * @param address to listen at; port 0 takes a free one
     * @param publicEndpoint what links to this service begin with, null for what a request was sent to
     * @param idleTimeout after which a connection is cut on which nothing moves
     * @param stopTimeout how long {@link #close} waits for requests in flight
     * @throws IOException when the address cannot be had
     */
    public static HttpServer start(
            Endpoint endpoint,
            InetSocketAddress address,
            @Nullable String publicEndpoint,
            Duration idleTimeout,
            Duration stopTimeout)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("http");
        threads.setVirtualThreadsExecutor(
                VirtualThreads.getNamedVirtualThreadsExecutor("request-"));
        Server jetty = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(REQUEST_HEADER_BYTES);
        // Names of images come as path segments, whatever is in them; RawPath cuts, nothing is
        // resolved.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        ServerConnector connector =
                new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(idleTimeout.toMillis());
        jetty.addConnector(connector);
        jetty.setErrorHandler(new PlainErrors());
        jetty.setStopTimeout(stopTimeout.toMillis());
        HttpServer server = new HttpServer(jetty, connector);
        jetty.setHandler(new GracefulHandler(server.new Dispatch(endpoint, publicEndpoint)));
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

    /** The port that it listens at. */
    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Takes no more requests, gives those in flight the stop timeout, cuts off what is left and waits until its
     * endpoints have come back.
     */
    @Override
    public void close() {
        stop(server);
        int phase = inFlight.arrive();
        try {
            inFlight.awaitAdvanceInterruptibly(
                    phase, WAIT_FOR_ABORTED.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            LOG.warn("{} requests did not end", inFlight.getUnarrivedParties());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
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
        private final Endpoint endpoint;
        private final @Nullable String publicEndpoint;

        Dispatch(Endpoint endpoint, @Nullable String publicEndpoint) {
            this.endpoint = endpoint;
            this.publicEndpoint = publicEndpoint;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            inFlight.register();
            try {
                Exchange exchange = new Exchange(request, response, publicEndpoint);
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
                inFlight.arriveAndDeregister();
            }
            return true;
        }
    }

    /** The pages of requests that Jetty itself refuses, such as malformed ones. */
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
            Content.Sink.write(response, true, page.body(), callback);
        }
    }
}
