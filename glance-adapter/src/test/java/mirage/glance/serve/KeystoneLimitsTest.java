package mirage.glance.serve;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;

import mirage.config.ConfigurationReader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The service with the limits that a Keystone has for its projects, from the configuration to the answers. */
@Timeout(120)
final class KeystoneLimitsTest {
    private static final int MIB = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path directory;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WireMockServer keystone =
            new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());

    /** Keystone gives limits only to who asks as Glance does: with the system as scope, for the endpoint's service. */
    @BeforeEach
    void startKeystone() {
        keystone.start();
        keystone.stubFor(
                post(urlPathEqualTo("/v3/auth/tokens"))
                        .withRequestBody(matchingJsonPath("$.auth.scope.system.all"))
                        .willReturn(
                                aResponse()
                                        .withStatus(201)
                                        .withHeader("X-Subject-Token", "own")
                                        .withHeader("Content-Type", "application/json")
                                        .withBody(
                                                """
                                                {"token": {"methods": ["password"],
                                                 "expires_at": "2999-01-01T00:00:00.000000Z",
                                                 "issued_at": "2026-01-01T00:00:00.000000Z",
                                                 "user": {"id": "u", "name": "mirage",
                                                  "domain": {"id": "default", "name": "Default"}},
                                                 "roles": [{"id": "r", "name": "reader"}]}}
                                                """)));
        answers(
                get(urlPathEqualTo("/v3/endpoints/e1")),
                "{\"endpoint\": {\"id\": \"e1\", \"service_id\": \"s1\", \"region_id\": \"One\"}}");
        answers(
                get(urlPathEqualTo("/v3/registered_limits"))
                        .withQueryParam("service_id", equalTo("s1"))
                        .withQueryParam("region_id", equalTo("One")),
                """
                {"registered_limits": [
                  {"resource_name": "image_size_total", "default_limit": 1000},
                  {"resource_name": "image_stage_total", "default_limit": 1000},
                  {"resource_name": "image_count_total", "default_limit": 3},
                  {"resource_name": "image_count_uploading", "default_limit": 100}]}
                """);
        answers(
                get(urlPathEqualTo("/v3/limits")).withQueryParam("service_id", equalTo("s1")),
                "{\"limits\": [{\"resource_name\": \"image_size_total\", \"resource_limit\": 1}]}");
    }

    @AfterEach
    void stopKeystone() {
        keystone.stop();
    }

    private void answers(MappingBuilder request, String body) {
        keystone.stubFor(
                request.withHeader("X-Auth-Token", equalTo("own"))
                        .willReturn(aResponse().withBody(body)));
    }

    @Test
    void theLimitsOfKeystoneHold() throws Exception {
        try (GlanceService service = start()) {
            String first = create(service);
            upload(service, first, 2 * MIB, 204);
            String second = create(service);
            String refusal = upload(service, second, 1, 413);
            assertThat(refusal)
                    .contains("image_size_total is over limit of 1 due to current usage 2");
            JsonNode refused = JSON.readTree(send(service, "GET", "/images/" + second, "", 200));
            assertThat(refused.path("status").textValue()).isEqualTo("queued");
            assertThat(send(service, "GET", "/info/usage", "", 200))
                    .isEqualTo(
                            ("{'usage':{'image_size_total':{'usage':2,'limit':1},"
                                            + "'image_stage_total':{'usage':0,'limit':1000},"
                                            + "'image_count_total':{'usage':2,'limit':3},"
                                            + "'image_count_uploading':{'usage':0,'limit':100}}}")
                                    .replace('\'', '"'));
            create(service);
            assertThat(send(service, "POST", "/images", "{}", 413)).contains("image_count_total");
        }
    }

    private GlanceService start() throws IOException {
        Path file = directory.resolve("mirage.conf");
        Files.writeString(
                file,
                """
                [DEFAULT]
                bind_port = 0
                data_directory = DIRECTORY/data
                use_keystone_limits = true
                [oslo_limit]
                auth_url = KEYSTONE
                username = mirage
                password = secret
                user_domain_name = Default
                system_scope = all
                endpoint_id = e1
                """
                        .replace("DIRECTORY", directory.toString())
                        .replace("KEYSTONE", keystone.baseUrl()));
        return GlanceService.start(
                new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read());
    }

    private String create(GlanceService service) throws Exception {
        String image = "{\"disk_format\": \"raw\", \"container_format\": \"bare\"}";
        return JSON.readTree(send(service, "POST", "/images", image, 201)).path("id").textValue();
    }

    private String upload(GlanceService service, String id, int length, int status)
            throws Exception {
        HttpRequest.Builder request =
                request(service, "/images/" + id + "/file")
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(new byte[length]));
        return answerTo(request, status);
    }

    private String send(GlanceService service, String method, String path, String json, int status)
            throws Exception {
        HttpRequest.Builder request =
                request(service, path)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(json));
        return answerTo(request, status);
    }

    private HttpRequest.Builder request(GlanceService service, String path) throws IOException {
        String token = Files.readString(directory.resolve("data/token")).strip();
        return HttpRequest.newBuilder(URI.create(service.uri() + "/v2" + path))
                .header("X-Auth-Token", token);
    }

    private String answerTo(HttpRequest.Builder request, int status) throws Exception {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body();
    }
}
