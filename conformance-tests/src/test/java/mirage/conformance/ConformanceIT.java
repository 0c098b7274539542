package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;

import mirage.conformance.suite.Conformance;

import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The conformance suite against {@code mirage serve}. Every case but those that need a Keystone runs in one of three ways
 * to configure it.
 */
final class ConformanceIT {
    private static final String STORES =
            """
            [glance_store]
            default_backend = fast

            [fast]
            store_description = fast store

            [slow]
            store_description = slow store

            """;

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /** What is served, and what the suite must find on offer: otherwise cases would be left out unseen. */
    private enum Flavor {
        ZED(
                """
                [DEFAULT]
                compat = zed
                enabled_backends = fast:mirage,slow:mirage
                enabled_import_methods = glance-direct,web-download,copy-image
                show_multiple_locations = true
                image_cache_dir = %s

                """
                        + STORES,
                "multistore,cache,locations,copy-image,legacy-rbac,!format-match,!v2.17"),
        LATEST(
                """
                [DEFAULT]
                compat = latest
                enabled_backends = fast:mirage,slow:mirage,web:http
                enabled_import_methods = glance-direct,web-download,copy-image
                image_cache_dir = %s

                """
                        + STORES,
                "multistore,cache,!locations,copy-image,new-rbac,format-match,v2.17"),
        ONE_STORE(
                """
                [DEFAULT]
                compat = latest

                """,
                "!multistore,!cache,!locations,!copy-image,new-rbac,format-match,!v2.17");

        private final String settings;
        private final String offers;

        Flavor(String settings, String offers) {
            this.settings = settings;
            this.offers = offers;
        }

        String settings(Path cache, int webPort) {
            String web =
                    """
                    [import_filtering_opts]
                    allowed_hosts = 127.0.0.1
                    allowed_ports = 80,443,%d
                    """
                            .formatted(webPort);
            return settings.formatted(cache) + web;
        }
    }

    @ParameterizedTest
    @EnumSource(Flavor.class)
    void answersAsGlanceDoes(Flavor flavor) throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(
                data.resolve("identity.json"),
                "{\"callers\": [%s, %s, %s]}"
                        .formatted(
                                caller("demo", "demo", "member"),
                                caller("reader", "demo", "reader"),
                                caller("other", "other", "member")));
        Path settings = folder.resolve("mirage.conf");
        HttpServer web = web();
        Files.writeString(
                settings, flavor.settings(folder.resolve("cache"), web.getAddress().getPort()));
        try (RunningMirage mirage =
                RunningMirage.start(data, "--config-file", settings.toString())) {
            List<String> arguments =
                    new ArrayList<>(List.of("--endpoint", mirage.address().toString()));
            arguments.add("--token=admin=" + mirage.token() + "@admin");
            arguments.add("--token=demo=" + token("demo") + "@demo");
            arguments.add("--token=reader=" + token("reader") + "@demo");
            arguments.add("--token=other=" + token("other") + "@other");
            arguments.add("--web-image=http://127.0.0.1:" + web.getAddress().getPort() + "/image");
            arguments.add("--offers=" + flavor.offers + ",glance-direct,web-download,tasks,usage");
            Path outcomes = folder.resolve("outcomes.json");
            arguments.add("--json=" + outcomes);
            int status = Conformance.commandLine().execute(arguments.toArray(String[]::new));
            assertThat(wrong(outcomes)).isEmpty();
            assertThat(status).isZero();
        } finally {
            web.stop(0);
        }
    }

    /** The cases that did not answer as Glance does, with what was wrong: the failure's message is to name them. */
    private static List<String> wrong(Path outcomes) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (JsonNode outcome : new ObjectMapper().readTree(outcomes.toFile())) {
            String kind = outcome.path("outcome").asText();
            if (kind.equals("FAIL") || kind.equals("DIFF")) {
                wrong.add(outcome.path("name").asText() + ": " + outcome.path("detail").asText());
            }
        }
        return wrong;
    }

    /** Where web-download finds an image. */
    private static HttpServer web() throws IOException {
        byte[] image = new byte[300_000];
        Arrays.fill(image, (byte) 'w');
        HttpServer web = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        web.createContext(
                "/image",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, image.length);
                        exchange.getResponseBody().write(image);
                    }
                });
        web.start();
        return web;
    }

    private static String token(String name) {
        return "token-of-the-caller-" + name;
    }

    private static String caller(String name, String project, String role) throws Exception {
        byte[] token = token(name).getBytes(StandardCharsets.UTF_8);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(token));
        return "{\"token_sha256\": \"%s\", \"user\": \"%s\", \"project\": \"%s\", \"roles\": [\"%s\"]}"
                .formatted(digest, name, project, role);
    }
}
