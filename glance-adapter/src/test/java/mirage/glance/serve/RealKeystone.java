package mirage.glance.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import java.util.UUID;

/**
 * A running Keystone, and the tokens that a client gets there. The file that the environment variable
 * MIRAGE_TEST_KEYSTONE names describes it:
 *
 * <pre>
 *   auth_url = http://127.0.0.1:5000/v3
 *   # a Keystone with the same database and keys and [token] expiration = 8
 *   short_lived_auth_url = http://127.0.0.1:5001/v3
 *   # name:password:project, all of them in the domain Default
 *   admin = admin:…:admin
 *   service = glance:…:service
 *   member = demo:…:demo
 *   reader = reader:…:demo
 * </pre>
 *
 * <p>{@code admin} has the role admin on the system too, {@code service} the roles admin and service. There is one service
 * of type image, without limits. What the tests make they remove.
 */
final class RealKeystone {
    private static final String VARIABLE = "MIRAGE_TEST_KEYSTONE";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Properties properties;

    private RealKeystone(Properties properties) {
        this.properties = properties;
    }

    static RealKeystone fromEnvironment() {
        String file = System.getenv(VARIABLE);
        if (file == null) {
            throw new AssertionError(
                    VARIABLE + " must name a file that describes a running Keystone");
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file))) {
            properties.load(reader);
        } catch (IOException unreadable) {
            throw new AssertionError(VARIABLE + ": " + unreadable, unreadable);
        }
        return new RealKeystone(properties);
    }

    /** A user of the domain Default. */
    record User(String name, String password, String project) {}

    String authUrl() {
        return property("auth_url");
    }

    User admin() {
        return user("admin");
    }

    User service() {
        return user("service");
    }

    User member() {
        return user("member");
    }

    User reader() {
        return user("reader");
    }

    private User user(String key) {
        String[] parts = property(key).split(":", -1);
        return new User(parts[0], parts[1], parts[2]);
    }

    private String property(String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new AssertionError("the file of " + VARIABLE + " does not say " + key);
        }
        return value;
    }

    String token(User user) throws Exception {
        return login(authUrl(), password(user), projectScope(user));
    }

    String shortLivedToken(User user) throws Exception {
        return login(property("short_lived_auth_url"), password(user), projectScope(user));
    }

    String systemToken(User user) throws Exception {
        return login(authUrl(), password(user), ", 'scope': {'system': {'all': true}}");
    }

    String unscopedToken(User user) throws Exception {
        return login(authUrl(), password(user), ", 'scope': 'unscoped'");
    }

    /** By a new application credential that goes with the test's run. */
    String applicationCredentialToken(User user, @Nullable String rules) throws Exception {
        String token = token(user);
        String userId = describe(token).at("/token/user/id").asText();
        JsonNode made =
                send(
                        "POST",
                        "/users/" + userId + "/application_credentials",
                        token,
                        "{'application_credential': {'name': '"
                                + UUID.randomUUID()
                                + "'"
                                + (rules == null ? "" : ", 'access_rules': " + rules)
                                + "}}",
                        201);
        JsonNode credential = made.path("application_credential");
        return login(
                authUrl(),
                "'methods': ['application_credential'], 'application_credential': {'id': '"
                        + credential.path("id").asText()
                        + "', 'secret': '"
                        + credential.path("secret").asText()
                        + "'}",
                "");
    }

    private static String password(User user) {
        return "'methods': ['password'], 'password': {'user': {'name': '"
                + user.name()
                + "', 'password': '"
                + user.password()
                + "', 'domain': {'name': 'Default'}}}";
    }

    private static String projectScope(User user) {
        return ", 'scope': {'project': {'name': '"
                + user.project()
                + "', 'domain': {'name': 'Default'}}}";
    }

    private String login(String url, String identity, String scope) throws Exception {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(URI.create(url + "/auth/tokens"))
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                quoted(
                                                        "{'auth': {'identity': {"
                                                                + identity
                                                                + "}"
                                                                + scope
                                                                + "}}")))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        return response.headers().firstValue("X-Subject-Token").orElseThrow();
    }

    /** What Keystone says of a token to its user. */
    JsonNode describe(String token) throws Exception {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(URI.create(authUrl() + "/auth/tokens?nocatalog"))
                                .header("X-Auth-Token", token)
                                .header("X-Subject-Token", token)
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    void revoke(String token) throws Exception {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(URI.create(authUrl() + "/auth/tokens"))
                                .header("X-Auth-Token", token)
                                .header("X-Subject-Token", token)
                                .DELETE()
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 204) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
    }

    private JsonNode send(
            String method, String path, String token, @Nullable String body, int status)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(URI.create(authUrl() + path))
                                .header("X-Auth-Token", token)
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body == null
                                                ? BodyPublishers.noBody()
                                                : BodyPublishers.ofString(quoted(body)))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != status) {
            throw new AssertionError(
                    method + " " + path + ": " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    Limits limits() throws Exception {
        String token = systemToken(admin());
        JsonNode services = send("GET", "/services?type=image", token, null, 200).path("services");
        return new Limits(token, services.path(0).path("id").asText());
    }

    /** Limits of the image service, removed at the end. */
    final class Limits implements AutoCloseable {
        private final String token;
        private final String service;
        private final Deque<String> made = new ArrayDeque<>();

        private Limits(String token, String service) {
            this.token = token;
            this.service = service;
        }

        void register(String name, long limit) throws Exception {
            make("registered_limits", "'default_limit': " + limit, name);
        }

        void limit(String project, String name, long limit) throws Exception {
            make("limits", "'project_id': '" + project + "', 'resource_limit': " + limit, name);
        }

        private void make(String kind, String what, String name) throws Exception {
            JsonNode answer =
                    send(
                            "POST",
                            "/" + kind,
                            token,
                            "{'"
                                    + kind
                                    + "': [{'service_id': '"
                                    + service
                                    + "', 'resource_name': '"
                                    + name
                                    + "', "
                                    + what
                                    + "}]}",
                            201);
            // Keystone answers with all that there is of the kind.
            for (JsonNode limit : answer.path(kind)) {
                String path = "/" + kind + "/" + limit.path("id").asText();
                if (limit.path("resource_name").asText().equals(name) && !made.contains(path)) {
                    made.push(path);
                }
            }
        }

        @Override
        public void close() throws IOException {
            while (!made.isEmpty()) {
                try {
                    send("DELETE", made.pop(), token, null, 204);
                } catch (InterruptedException interrupted) {
                    throw new InterruptedIOException();
                }
            }
        }
    }
}
