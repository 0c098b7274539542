package mirage.glance.http;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.identity.AccessRule;
import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Domain;
import mirage.glance.identity.Identity;
import mirage.glance.identity.Token;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

@Timeout(120)
final class AuthenticationTest {
    private final AtomicReference<@Nullable Credentials> seen = new AtomicReference<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpServer server;

    AuthenticationTest() throws IOException {
        server =
                HttpServer.start(
                        new ErrorBoundary(
                                new Authentication(
                                        exchange ->
                                                exchange.answer(
                                                        200,
                                                        "text/plain",
                                                        exchange.caller().userId()),
                                        new Stub()),
                                Duration.ofSeconds(1)),
                        HttpSettings.plain(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private final class Stub implements Identity {
        @Override
        public @Nullable Caller callerOf(Credentials credentials) throws IOException {
            seen.set(credentials);
            if (credentials.token().equals("down")) {
                throw new IOException("nobody answers");
            }
            List<AccessRule> rules =
                    credentials.token().equals("ruled")
                            ? List.of(new AccessRule("image", "GET", "/v2/*"))
                            : null;
            return credentials.token().equals("bad")
                    ? null
                    : new Caller(
                            new User("alice", "alice", Domain.DEFAULT),
                            new TokenScope.None(),
                            Set.of(),
                            credentials.serviceToken() == null ? Set.of() : Set.of("service"),
                            new Token(credentials.token(), null, rules));
        }

        @Override
        public List<String> challenges() {
            return List.of("Keystone uri=\"http://k:5000\"", "Bearer realm=\"r\"");
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void aTokenComesInOneOfThreeHeaders() throws Exception {
        get("/", "X-Auth-Token", " a ", "X-Storage-Token", "b", "Authorization", "Bearer c");
        assertThat(seen.get()).isEqualTo(Credentials.of("a"));
        get("/", "X-Storage-Token", "b", "Authorization", "Bearer c");
        assertThat(seen.get()).isEqualTo(Credentials.of("b"));
        get("/", "Authorization", "bearer  c ", "X-Service-Token", "s", "X-Project-Id", "p");
        assertThat(seen.get()).isEqualTo(new Credentials("c", "s", "p"));
    }

    @Test
    void whatIsNoTokenIsNotLookedAt() throws Exception {
        seen.set(null);
        assertThat(get("/").statusCode()).isEqualTo(401);
        assertThat(get("/", "X-Auth-Token", "").statusCode()).isEqualTo(401);
        assertThat(get("/", "Authorization", "Basic YTpi").statusCode()).isEqualTo(401);
        assertThat(get("/", "X-Service-Token", "s").statusCode()).isEqualTo(401);
        assertThat(seen.get()).isNull();
    }

    @Test
    void headersThatSayWhoSomebodyIsAreNotRead() throws Exception {
        String[] lies = {
            "X-Identity-Status", "Confirmed", "X-User-Id", "root", "X-Roles", "admin",
            "X-Tenant-Id", "p", "X-Service-Roles", "service", "X-Is-Admin-Project", "True"
        };
        assertThat(get("/", lies).statusCode()).isEqualTo(401);
        String[] withToken = Arrays.copyOf(lies, lies.length + 2);
        withToken[lies.length] = "X-Auth-Token";
        withToken[lies.length + 1] = "a";
        assertThat(get("/", withToken).body()).isEqualTo("alice");
        assertThat(seen.get()).isEqualTo(Credentials.of("a"));
    }

    @Test
    void whoIsRefusedLearnsWhereToGo() throws Exception {
        HttpResponse<String> answer = get("/", "X-Auth-Token", "bad", "Accept", "application/json");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .containsExactly("Keystone uri=\"http://k:5000\", Bearer realm=\"r\"");
        assertThat(answer.body())
                .contains("could not verify that you are authorized to access the document")
                .contains("\"code\":\"401 Unauthorized\"");
    }

    @Test
    void whenNobodyCanSayItIsNotTheClientsFault() throws Exception {
        HttpResponse<String> answer = get("/", "X-Auth-Token", "down");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).doesNotContain("nobody answers");
    }

    @Test
    void accessRulesAreKept() throws Exception {
        assertThat(get("/v2/images?a=b", "X-Auth-Token", "ruled").statusCode()).isEqualTo(200);
        assertThat(get("/v2/images/1", "X-Auth-Token", "ruled").statusCode()).isEqualTo(401);
        assertThat(
                        get("/v2/images/1", "X-Auth-Token", "ruled", "X-Service-Token", "s")
                                .statusCode())
                .isEqualTo(200);
        assertThat(get("/v2/images/1", "X-Auth-Token", "free").statusCode()).isEqualTo(200);
    }
}
