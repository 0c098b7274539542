package mirage.glance.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on the web that does not know of ranges, and remembers what it was asked. */
final class WebPeer implements AutoCloseable {
    private final HttpServer server;
    private final String host;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    /**
     * What was asked.
     *
     * @param token that came with it, null for none
     */
    record Request(String method, String path, @Nullable String token) {}

    private WebPeer(HttpServer server, String host) {
        this.server = server;
        this.host = host;
        server.setExecutor(threads);
        server.start();
    }

    /** At any port of a host that is this machine. */
    static WebPeer at(String host) throws IOException {
        return at(host, 0);
    }

    static WebPeer at(String host, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
        return new WebPeer(server, host);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String uri() {
        return "http://" + host + ":" + port();
    }

    /** What it was asked, the first request first. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** From now on a path has these bytes. */
    WebPeer has(String path, byte[] bytes) {
        return answers(path, exchange -> give(exchange, bytes));
    }

    /** A path is somewhere else. */
    WebPeer redirects(String path, String address) {
        return answers(
                path,
                exchange -> {
                    exchange.getResponseHeaders().add("Location", address);
                    exchange.sendResponseHeaders(302, -1);
                });
    }

    /** A path has these bytes, but of one answer only the first one comes. */
    WebPeer stallsAt(String path, byte[] bytes, int answer) {
        AtomicInteger answers = new AtomicInteger();
        return answers(
                path,
                exchange -> {
                    if (exchange.getRequestMethod().equals("HEAD")
                            || answers.incrementAndGet() != answer) {
                        give(exchange, bytes);
                        return;
                    }
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes, 0, 1);
                    exchange.getResponseBody().flush();
                    stalled.countDown();
                    awaitEnd();
                });
    }

    /** Waits until an answer comes no further. */
    void awaitStall() throws InterruptedException {
        stalled.await();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private WebPeer answers(String path, Answer answer) {
        try {
            server.removeContext(path);
        } catch (IllegalArgumentException none) {
            // The path is new.
        }
        server.createContext(
                path,
                exchange -> {
                    try (exchange) {
                        requests.add(
                                new Request(
                                        exchange.getRequestMethod(),
                                        exchange.getRequestURI().getPath(),
                                        exchange.getRequestHeaders().getFirst("X-Auth-Token")));
                        answer.to(exchange);
                    }
                });
        return this;
    }

    private static void give(HttpExchange exchange, byte[] bytes) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", "" + bytes.length);
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.close();
    }
}
