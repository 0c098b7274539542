package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The agent's own token: from a file, or from a Keystone whose clock may be any. */
final class OwnCallerTest {
    private static final Duration LIFETIME = Duration.ofHours(1);
    @TempDir private Path directory;
    private final List<JsonNode> asked = new ArrayList<>();
    private HttpServer keystone;
    private int status = 201;
    private String answer = "";
    private long nanos = 17;

    @BeforeEach
    void start() throws IOException {
        keystone = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keystone.createContext("/v3/auth/tokens", this::login);
        keystone.start();
        issuedAt(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @AfterEach
    void stop() {
        keystone.stop(0);
    }

    private void issuedAt(Instant when) {
        answer =
                "{\"token\": {\"issued_at\": \"%s\", \"expires_at\": \"%s\"}}"
                        .formatted(when, when.plus(LIFETIME));
    }

    private void login(HttpExchange exchange) throws IOException {
        asked.add(TestAgent.JSON.readTree(exchange.getRequestBody().readAllBytes()));
        exchange.getResponseHeaders().set("X-Subject-Token", "token-" + asked.size());
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private OwnCaller caller(String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + keystone.getAddress().getPort() + path);
        return OwnCaller.of(
                new Account.Login(uri, "agent", "D1", "secret", "service", "D2"),
                null,
                () -> nanos);
    }

    private static String token(OwnCaller caller) throws IOException {
        return String.valueOf(caller.get().headers().get("X-Auth-Token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/v3"})
    void logsInByPasswordToItsProject(String path) throws IOException {
        try (OwnCaller caller = caller(path)) {
            assertThat(token(caller)).isEqualTo("token-1");
        }
        JsonNode auth = asked.getFirst().path("auth");
        JsonNode user = auth.path("identity").path("password").path("user");
        assertThat(user.path("name").asText()).isEqualTo("agent");
        assertThat(user.path("password").asText()).isEqualTo("secret");
        assertThat(user.path("domain").path("name").asText()).isEqualTo("D1");
        JsonNode project = auth.path("scope").path("project");
        assertThat(project.path("name").asText()).isEqualTo("service");
        assertThat(project.path("domain").path("name").asText()).isEqualTo("D2");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void aTokenIsKeptUntilShortlyBeforeItsEndWhateverTheTimeOfDay(long days) throws IOException {
        issuedAt(Instant.now().plus(Duration.ofDays(days)));
        try (OwnCaller caller = caller("")) {
            assertThat(token(caller)).isEqualTo("token-1");
            nanos += LIFETIME.minusMinutes(3).toNanos();
            assertThat(token(caller)).isEqualTo("token-1");
            nanos += Duration.ofMinutes(2).toNanos();
            assertThat(token(caller)).isEqualTo("token-2");
        }
    }

    @Test
    void aTokenThatIsNotTakenIsForgotten() throws IOException {
        try (OwnCaller caller = caller("")) {
            assertThat(token(caller)).isEqualTo("token-1");
            caller.forget();
            assertThat(token(caller)).isEqualTo("token-2");
        }
    }

    @Test
    void whatKeystoneRefusesOrGarblesIsAnError() throws IOException {
        try (OwnCaller caller = caller("")) {
            status = 401;
            assertThatThrownBy(caller::get)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Keystone answers 401")
                    .hasMessageNotContaining("secret");
            status = 201;
            answer = "{\"token\": {\"issued_at\": \"soon\"}}";
            assertThatThrownBy(caller::get)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("times");
            issuedAt(Instant.EPOCH);
            assertThat(token(caller)).isEqualTo("token-3");
        }
    }

    @Test
    void aTokenInAFileIsReadEachTime() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "one\n");
        try (OwnCaller caller = OwnCaller.of(new Account.TokenFile(file), null, () -> nanos)) {
            assertThat(token(caller)).isEqualTo("one");
            Files.writeString(file, "two");
            assertThat(token(caller)).isEqualTo("two");
            Files.delete(file);
            assertThatThrownBy(caller::get).isInstanceOf(IOException.class);
        }
    }
}
