package mirage.glance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import mirage.glance.http.Router.Route;
import mirage.glance.identity.Caller;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** One line for each request, whose it was in its context, and nothing of the request before. */
@Timeout(60)
final class AccessLogTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("mirage.glance.access");

    @TempDir Path directory;
    private final ListAppender<ILoggingEvent> lines =
            new ListAppender<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    event.prepareForDeferredProcessing(); // takes the context of this thread
                    super.append(event);
                }
            };

    @BeforeEach
    void listen() {
        LOG.setLevel(Level.DEBUG);
        LOG.setAdditive(false);
        lines.start();
        LOG.addAppender(lines);
    }

    @AfterEach
    void leave() {
        LOG.detachAppender(lines);
        LOG.setAdditive(true);
        LOG.setLevel(null);
    }

    @Test
    void linesTellWhoAskedWhat() throws Exception {
        Endpoint routes =
                Router.of(
                        Route.at("/images")
                                .on(
                                        "PUT",
                                        exchange -> {
                                            exchange.body().readAllBytes();
                                            exchange.answer(200, "text/plain", "abc");
                                        }));
        Endpoint api =
                new AccessLog(
                        new ErrorBoundary(
                                new Healthcheck(
                                        new Authentication(
                                                new RequestIds(routes, UUID::randomUUID),
                                                credentials ->
                                                        credentials.token().equals("alice")
                                                                ? Caller.inProject(
                                                                        "alice", "web", Set.of())
                                                                : null),
                                        Readiness.unless(directory.resolve("none"))),
                                Duration.ofSeconds(1)),
                        System::nanoTime);
        HttpServer server =
                HttpServer.start(
                        api,
                        HttpSettings.plain(InetSocketAddress.createUnresolved("127.0.0.1", 0))
                                .withStopTimeout(Duration.ofSeconds(5)));
        try (server;
                HttpClient client = HttpClient.newHttpClient()) {
            // One connection after the other: the server may serve both from one thread.
            send(client, server, "/images", "alice", "12345");
            send(client, server, "/images", "nobody", "12345");
            send(client, server, "/healthcheck", "nobody", "");
        }
        List<ILoggingEvent> logged = List.copyOf(lines.list);
        assertThat(logged)
                .extracting(event -> event.getFormattedMessage().replaceFirst("[0-9]+ ms", "N ms"))
                .containsExactly(
                        "127.0.0.1 PUT /images 200 in=5 out=3 N ms",
                        "127.0.0.1 PUT /images 401 in=5 out=" + bytesOut(logged.get(1)) + " N ms",
                        "127.0.0.1 GET /healthcheck 200 in=0 out=2 N ms");
        assertThat(logged)
                .extracting(ILoggingEvent::getLevel)
                .containsExactly(Level.INFO, Level.INFO, Level.DEBUG);
        assertThat(logged.getFirst().getMDCPropertyMap())
                .containsEntry("user", "alice")
                .containsEntry("project", "web")
                .containsEntry("request_id", "req-of-alice");
        assertThat(logged.get(1).getMDCPropertyMap()).isEmpty();
        assertThat(logged.getFirst().getKeyValuePairs())
                .extracting(pair -> pair.key)
                .containsExactly(
                        "remote",
                        "method",
                        "path",
                        "status",
                        "bytes_in",
                        "bytes_out",
                        "duration_ms",
                        "complete");
    }

    private static Object bytesOut(ILoggingEvent event) {
        return event.getKeyValuePairs().get(5).value;
    }

    private static void send(
            HttpClient client, HttpServer server, String path, String token, String body)
            throws Exception {
        client.send(
                HttpRequest.newBuilder(URI.create(server.uri() + path))
                        .header("X-Auth-Token", token)
                        .header("X-Openstack-Request-Id", "req-of-" + token)
                        .method(
                                body.isEmpty() ? "GET" : "PUT",
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.discarding());
    }
}
