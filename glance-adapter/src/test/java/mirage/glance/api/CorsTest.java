package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.api.TestService.Answer;
import mirage.glance.cors.CorsRules;
import mirage.glance.cors.OriginRules;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Pages of other origins, as browsers send their requests. */
final class CorsTest {
    private static final String HORIZON = "https://horizon.example.com";

    @TempDir Path directory;

    // Each test starts it, with what it is about.
    @SuppressWarnings("NullAway.Init")
    private TestService service;

    private void start(CorsRules rules) throws IOException {
        TestService.Parts parts = new TestService.Parts();
        parts.cors = rules;
        restart(parts);
    }

    private static CorsRules rules(String... origins) {
        OriginRules rules =
                new OriginRules(
                        true,
                        List.of("X-OpenStack-Request-ID", "X-Auth-Token"),
                        3600,
                        Set.of("GET", "PUT"),
                        List.of("X-Auth-Token"));
        Map<String, OriginRules> byOrigin = new TreeMap<>();
        for (String origin : origins) {
            byOrigin.put(origin, rules);
        }
        return new CorsRules(byOrigin);
    }

    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
    }

    private void restart(TestService.Parts parts) throws IOException {
        service.close();
        service = new TestService(directory, parts);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** What Horizon's page does with HORIZON_IMAGES_UPLOAD_MODE = direct. */
    @Test
    void aBrowserUploadsAnImage() throws IOException {
        start(rules(HORIZON, "http://localhost:8080"));
        String id = service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
        Answer preflight =
                service.call("OPTIONS", "/v2/images/" + id + "/file")
                        .withoutToken()
                        .header("Origin", HORIZON)
                        .header("Access-Control-Request-Method", "PUT")
                        .header("Access-Control-Request-Headers", "content-type, x-auth-token")
                        .send(200);
        assertThat(corsOf(preflight))
                .isEqualTo(
                        Map.of(
                                "access-control-allow-origin", HORIZON,
                                "access-control-allow-credentials", "true",
                                "access-control-max-age", "3600",
                                "access-control-allow-methods", "PUT",
                                "access-control-allow-headers", "content-type,x-auth-token",
                                "vary", "Origin"));
        assertThat(preflight.text()).isEmpty();
        Answer upload = service.put(id, new byte[10]).header("Origin", HORIZON).send(204);
        assertThat(corsOf(upload))
                .isEqualTo(
                        Map.of(
                                "access-control-allow-origin", HORIZON,
                                "access-control-allow-credentials", "true",
                                "access-control-expose-headers",
                                        "X-OpenStack-Request-ID,X-Auth-Token",
                                "vary", "Origin"));
    }

    @Test
    void aPageMayReadRefusals() throws IOException {
        start(rules(HORIZON));
        for (Answer refusal :
                List.of(
                        service.get("/v2/images")
                                .withoutToken()
                                .header("Origin", HORIZON)
                                .send(401),
                        service.get("/v2/images/no").header("Origin", HORIZON).send(404),
                        service.get("/v2/nothing").header("Origin", HORIZON).send(404))) {
            assertThat(corsOf(refusal)).containsEntry("access-control-allow-origin", HORIZON);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://horizon.example.com.evil.org, PUT, x-auth-token",
                "HTTPS://horizon.example.com, PUT, x-auth-token",
                "https://horizon.example.com, DELETE, x-auth-token",
                "https://horizon.example.com, put, x-auth-token",
                "https://horizon.example.com, PUT, x-evil",
                "https://horizon.example.com, -, x-auth-token",
                "-, PUT, x-auth-token",
            })
    void whatIsNotAllowedGetsNothing(String origin, String method, String headers)
            throws IOException {
        start(rules(HORIZON));
        TestService.Call call = service.call("OPTIONS", "/v2/images").withoutToken();
        if (origin != null) {
            call.header("Origin", origin);
        }
        if (method != null) {
            call.header("Access-Control-Request-Method", method);
        }
        assertThat(corsOf(call.header("Access-Control-Request-Headers", headers).send(200)))
                .isEmpty();
    }

    @Test
    void anyOriginIsNamedAsAny() throws IOException {
        start(rules("*"));
        assertThat(corsOf(service.get("/v2/images").header("Origin", "http://a.b").send(200)))
                .containsEntry("access-control-allow-origin", "*");
    }

    @Test
    void anOriginHasItsOwnRules() throws IOException {
        Map<String, OriginRules> byOrigin = new TreeMap<>(rules(HORIZON).byOrigin());
        byOrigin.put(
                "https://wiki.example.com",
                new OriginRules(false, List.of(), 0, Set.of("GET"), List.of()));
        byOrigin.put("*", new OriginRules(false, List.of(), 60, Set.of("HEAD"), List.of()));
        start(new CorsRules(byOrigin));

        assertThat(corsOf(preflight(HORIZON, "PUT")))
                .containsEntry("access-control-allow-credentials", "true");
        assertThat(corsOf(preflight("https://wiki.example.com", "PUT"))).isEmpty();
        assertThat(corsOf(preflight("https://wiki.example.com", "GET")))
                .isEqualTo(
                        Map.of(
                                "access-control-allow-origin", "https://wiki.example.com",
                                "access-control-allow-methods", "GET",
                                "vary", "Origin"));
        // Who is named is not any other.
        assertThat(corsOf(preflight("https://wiki.example.com", "HEAD"))).isEmpty();
        assertThat(corsOf(preflight("https://other.example.com", "HEAD")))
                .containsEntry("access-control-allow-origin", "*")
                .containsEntry("access-control-max-age", "60");
        assertThat(
                        corsOf(
                                service.get("/v2/images")
                                        .header("Origin", "https://wiki.example.com")
                                        .send(200)))
                .doesNotContainKeys(
                        "access-control-expose-headers", "access-control-allow-credentials");
    }

    private Answer preflight(String origin, String method) {
        return service.call("OPTIONS", "/v2/images")
                .withoutToken()
                .header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .send(200);
    }

    @Test
    void nothingIsSentWhenItIsOff() throws IOException {
        start(CorsRules.OFF);
        assertThat(corsOf(service.get("/v2/images").header("Origin", HORIZON).send(200))).isEmpty();
        assertThat(
                        corsOf(
                                service.call("OPTIONS", "/v2/images")
                                        .header("Origin", HORIZON)
                                        .header("Access-Control-Request-Method", "GET")
                                        .send(200)))
                .isEmpty();
    }

    private static Map<String, String> corsOf(Answer answer) {
        Map<String, String> found = new TreeMap<>();
        answer.response()
                .headers()
                .map()
                .forEach((name, values) -> {
                    if (name.startsWith("access-control") || name.equals("vary")) {
                        found.put(name, String.join(",", values));
                    }
                });
        return found;
    }
}
