package mirage.agent.proxy;

import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/**
 * The HTTP server of the agent.
 *
 * <pre>
 *   Server, one connector, HTTP/1.1
 *   └─ one virtual thread per request
 *      ├─ /agent/…, /metrics     the pages given
 *      └─ everything else        ImageRequests, which forwards what it does not answer
 * </pre>
 */
public final class AgentServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
    private static final int HEADER_BYTES = 64 * 1024;

    /** Longer than an image may take to be made: the client hears nothing meanwhile. */
    private static final Duration IDLE = Duration.ofHours(2);

    private final Server server;
    private final ServerConnector connector;

    private AgentServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /** A page of the agent itself. */
    public interface Page {
        /**
         * Answers a request.
         *
         * @param body of the request, at most 64 KiB
         */
        PageAnswer answer(String method, String key, byte[] body) throws IOException;
    }

    /** What a page answers. */
    public record PageAnswer(int status, String type, byte[] body) {}

    /**
     * Starts to serve.
     *
     * @param pages by their paths
     * @param underWay is told of each request, and waits for them when it is closed, which this server does not
     * @throws IOException when the address cannot be had
     */
    public static AgentServer start(
            InetSocketAddress listen,
            Map<String, Page> pages,
            ImageRequests images,
            RequestsUnderWay underWay)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("http");
        threads.setVirtualThreadsExecutor(
                VirtualThreads.getNamedVirtualThreadsExecutor("request-"));
        Server server = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        configuration.setRequestHeaderSize(HEADER_BYTES);
        configuration.setResponseHeaderSize(HEADER_BYTES);
        // What a path means is for the service to say.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        ServerConnector connector =
                new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost(listen.getHostString());
        connector.setPort(listen.getPort());
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.setHandler(new Dispatch(pages, images, underWay));
        try {
            server.start();
        } catch (Exception failure) {
            stop(server);
            throw new IOException(
                    "cannot listen at "
                            + listen.getHostString()
                            + ":"
                            + listen.getPort()
                            + ": "
                            + failure,
                    failure);
        }
        return new AgentServer(server, connector);
    }

    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        stop(server);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception failure) {
            LOG.warn("the HTTP server did not stop cleanly: {}", failure.toString());
        }
    }

    private static final class Dispatch extends Handler.Abstract {
        private static final int PAGE_BODY_BYTES = 64 * 1024;
        private static final String KEY = "X-Mirage-Agent-Key";

        private final Map<String, Page> pages;
        private final ImageRequests images;
        private final RequestsUnderWay underWay;

        Dispatch(Map<String, Page> pages, ImageRequests images, RequestsUnderWay underWay) {
            this.pages = Map.copyOf(pages);
            this.images = images;
            this.underWay = underWay;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Exchange exchange = new Exchange(request, response);
            try (RequestsUnderWay.UnderWay _ = underWay.begin()) {
                Page page = pages.get(Request.getPathInContext(request));
                if (page == null) {
                    images.handle(exchange);
                } else {
                    String key = exchange.headers().get(KEY);
                    PageAnswer answer =
                            page.answer(
                                    exchange.method(),
                                    key == null ? "" : key,
                                    exchange.smallBody(PAGE_BODY_BYTES));
                    exchange.answer(answer.status(), answer.type(), answer.body());
                }
                callback.succeeded();
            } catch (IOException | RuntimeException failure) {
                // After the head of an answer is out, this cuts the connection; before, Jetty
                // answers 500.
                LOG.info(
                        "{} {} cut short: {}",
                        exchange.method(),
                        exchange.target(),
                        failure.toString());
                LOG.debug("{} {}", exchange.method(), exchange.target(), failure);
                callback.failed(failure);
            }
            return true;
        }
    }
}
