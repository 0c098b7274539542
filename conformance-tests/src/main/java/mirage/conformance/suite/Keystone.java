package mirage.conformance.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Gets tokens from a Keystone, by Identity API v3. */
final class Keystone {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Keystone() {}

    /**
     * Logs in; user and project are of the domain {@code Default}.
     *
     * @throws IOException when that fails
     */
    static Caller login(URI authUrl, String user, String password, String project)
            throws IOException, InterruptedException {
        ObjectNode auth = JSON.createObjectNode();
        ObjectNode identity = auth.putObject("auth").putObject("identity");
        identity.putArray("methods").add("password");
        ObjectNode userNode = identity.putObject("password").putObject("user");
        userNode.put("name", user).put("password", password);
        userNode.putObject("domain").put("name", "Default");
        ObjectNode scope = ((ObjectNode) auth.path("auth")).putObject("scope").putObject("project");
        scope.put("name", project).putObject("domain").put("name", "Default");
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(authUrl + "/auth/tokens"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(auth.toString()))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException(
                        "login of %s at %s: %d".formatted(user, authUrl, answer.statusCode()));
            }
            JsonNode token = JSON.readTree(answer.body()).path("token");
            return new Caller(
                    answer.headers().firstValue("X-Subject-Token").orElseThrow(),
                    token.path("project").path("id").asText());
        }
    }
}
