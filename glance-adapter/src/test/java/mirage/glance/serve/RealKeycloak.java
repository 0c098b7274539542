package mirage.glance.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Keycloak started for the test from the distribution that the environment variable MIRAGE_TEST_KEYCLOAK names, on a
 * free port of this machine, with the realm of {@code keycloak-realm.json}.
 */
final class RealKeycloak implements AutoCloseable {
    private static final String VARIABLE = "MIRAGE_TEST_KEYCLOAK";
    private static final String ADMIN_PASSWORD = "password-of-admin";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final Path log;
    private final String url;

    private RealKeycloak(Process process, Path log, String url) {
        this.process = process;
        this.log = log;
        this.url = url;
    }

    static RealKeycloak start() throws Exception {
        String variable = System.getenv(VARIABLE);
        if (variable == null) {
            throw new AssertionError(
                    VARIABLE + " must name an unpacked Keycloak: mvn verify -Pit-keycloak does");
        }
        Path home = Path.of(variable);
        // Of an earlier run: its database would come before the import.
        removeAll(home.resolve("data"));
        Path imports = Files.createDirectories(home.resolve("data/import"));
        try (InputStream realm = RealKeycloak.class.getResourceAsStream("keycloak-realm.json")) {
            Files.copy(Objects.requireNonNull(realm), imports.resolve("cloud.json"));
        }
        int port = freePort();
        Path log = home.resolve("data/test.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                                "bash",
                                home.resolve("bin/kc.sh").toString(),
                                "start-dev",
                                "--import-realm",
                                "--http-host=127.0.0.1",
                                "--http-port=" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xmx700m");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD);
        RealKeycloak keycloak = new RealKeycloak(builder.start(), log, "http://127.0.0.1:" + port);
        try {
            keycloak.await();
            return keycloak;
        } catch (Exception | AssertionError failure) {
            keycloak.close();
            throw failure;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void removeAll(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void await() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        URI description = URI.create(issuer() + "/.well-known/openid-configuration");
        while (System.nanoTime() - end < 0) {
            if (!process.isAlive()) {
                throw new AssertionError("Keycloak ended: " + Files.readString(log));
            }
            try {
                HttpResponse<String> response =
                        client.send(
                                HttpRequest.newBuilder(description)
                                        .timeout(Duration.ofSeconds(10))
                                        .build(),
                                BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It is looked at again below.
            }
            Thread.sleep(500);
        }
        throw new AssertionError("no Keycloak in " + PATIENCE + ": " + Files.readString(log));
    }

    String issuer() {
        return url + "/realms/cloud";
    }

    /** A token for access, by name and password. */
    String token(String clientId, String user) throws Exception {
        return login("cloud", clientId, user, "password-of-" + user).path("access_token").asText();
    }

    /** A token that says who somebody is. */
    String idToken(String clientId, String user) throws Exception {
        return login("cloud", clientId, user, "password-of-" + user).path("id_token").asText();
    }

    /** A token for access of another realm of the same server. */
    String tokenOfMaster() throws Exception {
        return login("master", "admin-cli", "admin", ADMIN_PASSWORD).path("access_token").asText();
    }

    private JsonNode login(String realm, String clientId, String user, String password)
            throws Exception {
        String form =
                Map.of(
                                "grant_type", "password",
                                "scope", "openid",
                                "client_id", clientId,
                                "username", user,
                                "password", password)
                        .entrySet()
                        .stream()
                        .map(field ->
                                field.getKey()
                                        + "="
                                        + URLEncoder.encode(
                                                field.getValue(), StandardCharsets.UTF_8))
                        .reduce((a, b) -> a + "&" + b)
                        .orElseThrow();
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                url
                                                        + "/realms/"
                                                        + realm
                                                        + "/protocol/openid-connect/token"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(form))
                                .build(),
                        BodyHandlers.ofString());
        return checked(response, 200);
    }

    /** Signs with a new key from now on. What the old ones signed stays good. */
    void addKey() throws Exception {
        String realmId = admin("GET", "", null, 200).path("id").asText();
        admin(
                "POST",
                "/components",
                """
                {"name": "newer", "providerId": "rsa-generated", "parentId": "%s",
                 "providerType": "org.keycloak.keys.KeyProvider",
                 "config": {"priority": ["500"], "enabled": ["true"], "active": ["true"],
                            "algorithm": ["RS256"], "keySize": ["2048"]}}
                """
                        .formatted(realmId),
                201);
    }

    /** Takes all keys for RS256 back but the one of {@link #addKey}. */
    void removeOldKeys() throws Exception {
        for (JsonNode component :
                admin("GET", "/components?type=org.keycloak.keys.KeyProvider", null, 200)) {
            String name = component.path("name").asText();
            if (component.path("providerId").asText().equals("rsa-generated")
                    && !name.equals("newer")) {
                admin("DELETE", "/components/" + component.path("id").asText(), null, 204);
            }
        }
    }

    private JsonNode admin(String method, String path, @Nullable String body, int status)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/admin/realms/cloud" + path))
                        .header("Authorization", "Bearer " + tokenOfMaster())
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        return checked(client.send(request, BodyHandlers.ofString()), status);
    }

    private static JsonNode checked(HttpResponse<String> response, int status) throws IOException {
        if (response.statusCode() != status) {
            throw new AssertionError(
                    response.uri() + ": " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Ends the processes that were started, and no others. */
    @Override
    public void close() {
        List<ProcessHandle> processes =
                Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
        processes.forEach(ProcessHandle::destroy);
        for (ProcessHandle started : processes) {
            try {
                started.onExit().orTimeout(60, TimeUnit.SECONDS).join();
            } catch (CompletionException stubborn) {
                started.destroyForcibly();
            }
        }
        client.close();
    }
}
