package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.FakeFacade;
import mirage.agent.FaultyWire;
import mirage.agent.TestImages;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Random;

/** What the agent has nothing to do with goes through it as if it were not there. */
final class ForwardTest {
    private static final String IMAGE = "11111111-1111-1111-1111-111111111111";
    private static final byte[] DISK = TestImages.disk(1);
    @TempDir private static Path shared;
    private static FakeFacade facade;

    @TempDir private Path directory;
    private FaultyWire wire;
    private TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        facade = new FakeFacade(shared);
        facade.add(IMAGE, "one", DISK, "raw", DISK);
    }

    @AfterAll
    static void stop() throws Exception {
        facade.close();
    }

    @BeforeEach
    void startAgent() throws IOException {
        wire = new FaultyWire(facade.port());
        agent = new TestAgent(directory, wire.uri());
    }

    @AfterEach
    void stopAgent() throws IOException {
        agent.close();
        wire.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(agent.uri(path)).header("X-Auth-Token", FakeFacade.TOKEN);
    }

    @Test
    void methodTargetAndHeadersArriveAsTheyAre() throws IOException {
        HttpResponse<byte[]> answer =
                agent.send(
                        request("/v2/metadefs/a%2Fb/c?x=1&x=2&y=%20z")
                                .header("X-Service-Token", "service")
                                .header("X-OpenStack-Request-ID", "req-1")
                                .method("PATCH", HttpRequest.BodyPublishers.ofString("[]"))
                                .build());
        JsonNode echo = TestAgent.JSON.readTree(answer.body());
        assertThat(echo.path("method").asText()).isEqualTo("PATCH");
        assertThat(echo.path("target").asText()).isEqualTo("/v2/metadefs/a%2Fb/c?x=1&x=2&y=%20z");
        assertThat(echo.path("headers").path("X-Service-Token").asText()).isEqualTo("service");
        assertThat(echo.path("headers").path("X-OpenStack-Request-ID").asText()).isEqualTo("req-1");
        // Behind a door that goes by names only the service's own finds it.
        assertThat(echo.path("headers").path("Host").asText()).isEqualTo(wire.uri().getAuthority());
        assertThat(echo.path("headers").path("X-Forwarded-Host").asText())
                .isEqualTo(agent.uri("/").getAuthority());
        assertThat(echo.path("headers").path("X-Forwarded-Proto").asText()).isEqualTo("http");
        assertThat(answer.headers().firstValue("X-Echo")).contains("a b");
        assertThat(answer.headers().firstValue("Location"))
                .contains("http://" + agent.uri("/").getAuthority() + "/x");
    }

    @Test
    void addressesOfTheServiceBecomeTheAgents() throws IOException {
        JsonNode versions = TestAgent.JSON.readTree(agent.get("/versions").body());
        assertThat(versions.path("self").asText()).isEqualTo(agent.uri("/versions").toString());
        assertThat(versions.path("target").asText()).isEqualTo("/versions");
    }

    @Test
    void whatAProxyBeforeTheAgentToldIsPassedOn() throws IOException {
        JsonNode echo =
                TestAgent.JSON.readTree(
                        agent.send(
                                        request("/v2/schemas")
                                                .header("X-Forwarded-Host", "images.example")
                                                .header("X-Forwarded-Proto", "https")
                                                .build())
                                .body());
        assertThat(echo.path("headers").path("X-Forwarded-Host").asText())
                .isEqualTo("images.example");
        assertThat(echo.path("headers").path("X-Forwarded-Proto").asText()).isEqualTo("https");
    }

    @Test
    void statusesAndErrorsComeBackAsTheyAre() throws IOException {
        assertThat(agent.get("/v2/teapot").statusCode()).isEqualTo(418);
        HttpResponse<byte[]> missing = agent.get("/v2/images/22222222-2222-2222-2222-222222222222");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(new String(missing.body(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("no such image");
        assertThat(agent.get("/v2/images/x/file", "wrong").statusCode()).isEqualTo(401);
    }

    @Test
    void uploadsOfKnownAndUnknownLengthArriveWhole() throws IOException {
        byte[] upload = new byte[5_000_000];
        new Random(3).nextBytes(upload);
        JsonNode known =
                TestAgent.JSON.readTree(
                        agent.send(
                                        request("/v2/images/new/file")
                                                .PUT(HttpRequest.BodyPublishers.ofByteArray(upload))
                                                .build())
                                .body());
        assertThat(known.path("sha256").asText()).isEqualTo(FakeFacade.digest("SHA-256", upload));
        assertThat(known.path("headers").path("Content-Length").asLong()).isEqualTo(upload.length);
        JsonNode chunked =
                TestAgent.JSON.readTree(
                        agent.send(
                                        request("/v2/images/new/file")
                                                .PUT(
                                                        HttpRequest.BodyPublishers.ofInputStream(
                                                                () ->
                                                                        new ByteArrayInputStream(
                                                                                upload)))
                                                .build())
                                .body());
        assertThat(chunked.path("sha256").asText()).isEqualTo(FakeFacade.digest("SHA-256", upload));
        assertThat(chunked.path("headers").path("Transfer-Encoding").asText()).isEqualTo("chunked");
    }

    @Test
    void expectContinueGoesThrough() throws IOException {
        byte[] upload = new byte[300_000];
        JsonNode echo =
                TestAgent.JSON.readTree(
                        agent.send(
                                        request("/v2/images/new/file")
                                                .expectContinue(true)
                                                .PUT(HttpRequest.BodyPublishers.ofByteArray(upload))
                                                .build())
                                .body());
        assertThat(echo.path("length").asInt()).isEqualTo(upload.length);
    }

    @Test
    void rangesAndHeadersOfADownloadAreTheServices() throws IOException {
        HttpResponse<byte[]> part =
                agent.send(
                        request("/v2/images/" + IMAGE + "/file")
                                .header("Range", "bytes=5-9")
                                .build());
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(DISK, 5, 10));
        HttpResponse<byte[]> whole = agent.get("/v2/images/" + IMAGE + "/file");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(DISK);
        assertThat(whole.headers().firstValue("Content-MD5"))
                .contains(FakeFacade.digest("MD5", DISK));
        assertThat(whole.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isEqualTo(DISK.length);
        assertThat(whole.headers().firstValue("Content-Range")).isEmpty();
    }

    @Test
    void aDownloadGoesOnWhereTheConnectionBreaks() throws IOException {
        for (long cut : new long[] {700_000, 1_234_567, 3_000_001}) {
            wire.cutAfter(cut);
            assertThat(agent.get("/v2/images/" + IMAGE + "/file").body())
                    .as("connections cut after %d bytes", cut)
                    .isEqualTo(DISK);
        }
    }

    @Test
    void aServiceThatIsAwayIsUnavailable() throws IOException {
        wire.die();
        assertThat(agent.get("/v2/images/" + IMAGE).statusCode()).isEqualTo(503);
        wire.live();
        assertThat(agent.get("/v2/images/" + IMAGE).statusCode()).isEqualTo(200);
    }
}
