package mirage.glance.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Domain;
import mirage.glance.identity.Token;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Callers and targets from files of JSON, to try rules with. A caller is a token as Keystone tells of it, an object
 * {@code token} with {@code user}, {@code roles} and {@code project}, {@code domain} or {@code system}; or it is flat:
 *
 * <pre>
 *   {"user_id": "u1", "project_id": "p1", "roles": ["member", "reader"], "service_roles": []}
 *   {"user_id": "u1", "system_scope": "all", "roles": ["admin"]}
 * </pre>
 *
 * <p>A target is an object of texts, such as {@code {"project_id": "p1", "visibility": "shared", "member_id": "p2"}}; an
 * object inside it stands for names with dots.
 */
final class CredentialsFile {
    private static final int MAX_BYTES = 1 << 20;

    private CredentialsFile() {}

    static Caller caller(Path file) throws IOException {
        JsonNode json = object(file);
        JsonNode token = json.has("token") ? json.get("token") : json;
        String user = text(token, "/user/id", "/user_id");
        Set<String> roles = new HashSet<>();
        for (JsonNode role : token.path("roles")) {
            roles.add(role.isObject() ? role.path("name").asText() : role.asText());
        }
        Set<String> serviceRoles = new HashSet<>();
        token.path("service_roles").forEach(role -> serviceRoles.add(role.asText()));
        return new Caller(
                new User(
                        user == null ? "nobody" : user,
                        user == null ? "nobody" : user,
                        domain(text(token, "/user/domain/id", "/user_domain_id"))),
                scope(token),
                roles,
                serviceRoles,
                new Token("", null));
    }

    static PolicyTarget target(Path file) throws IOException {
        return flattened(object(file), "", PolicyTarget.none());
    }

    private static TokenScope scope(JsonNode token) {
        String project = text(token, "/project/id", "/project_id");
        String domain = text(token, "/domain/id", "/domain_id");
        if (project != null) {
            return new TokenScope.Project(
                    project,
                    project,
                    domain(text(token, "/project/domain/id", "/project_domain_id")));
        }
        if (token.path("system").path("all").asBoolean() || token.hasNonNull("system_scope")) {
            return new TokenScope.OfSystem();
        }
        return domain == null ? new TokenScope.None() : new TokenScope.OfDomain(domain(domain));
    }

    private static Domain domain(@Nullable String id) {
        return id == null ? Domain.DEFAULT : new Domain(id, id);
    }

    private static PolicyTarget flattened(JsonNode object, String prefix, PolicyTarget into) {
        PolicyTarget target = into;
        for (Map.Entry<String, JsonNode> attribute : object.properties()) {
            String name = prefix + attribute.getKey();
            JsonNode value = attribute.getValue();
            target =
                    value.isObject()
                            ? flattened(value, name + ".", target)
                            : target.with(name, value.isNull() ? null : value.asText());
        }
        return target;
    }

    private static @Nullable String text(JsonNode json, String pointer, String other) {
        JsonNode value = json.at(pointer).isMissingNode() ? json.at(other) : json.at(pointer);
        return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
    }

    private static JsonNode object(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": at most " + MAX_BYTES + " bytes expected");
        }
        try {
            JsonNode json =
                    new ObjectMapper()
                            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                            .readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new IOException(file + ": a JSON object expected");
            }
            return json;
        } catch (JsonProcessingException malformed) {
            throw new IOException(file + ": not JSON: " + malformed.getOriginalMessage());
        }
    }
}
