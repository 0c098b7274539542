package mirage.glance.identity.keystone;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.identity.AccessRule;
import mirage.glance.identity.Caller;
import mirage.glance.identity.Domain;
import mirage.glance.identity.Token;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What Keystone says of a token: the answer to {@code GET /v3/auth/tokens}. Does not hold the token itself.
 *
 * @param roles in lower case
 * @param accessRules all that the token may be used for, null when it may be used for everything
 */
record KnownToken(
        User user,
        TokenScope scope,
        Set<String> roles,
        Instant expires,
        @Nullable List<AccessRule> accessRules) {

    boolean isOverAt(Instant time) {
        return !time.isBefore(expires);
    }

    /** The caller who showed the token. */
    Caller caller(String text, Set<String> serviceRoles) {
        return new Caller(user, scope, roles, serviceRoles, new Token(text, expires, accessRules));
    }

    /**
     * Reads an answer.
     *
     * @throws IOException when it is not what Keystone's API promises; quotes nothing of it
     */
    static KnownToken read(JsonNode answer) throws IOException {
        try {
            JsonNode token = required(answer, "token");
            JsonNode user = required(token, "user");
            Set<String> roles = new HashSet<>();
            for (JsonNode role : token.path("roles")) {
                roles.add(text(role, "name").toLowerCase(Locale.ROOT));
            }
            return new KnownToken(
                    new User(text(user, "id"), text(user, "name"), domain(user)),
                    scope(token),
                    Set.copyOf(roles),
                    time(token, "expires_at"),
                    accessRules(token.path("application_credential").path("access_rules")));
        } catch (IllegalArgumentException malformed) {
            throw new IOException("Keystone's answer about a token: " + malformed.getMessage());
        }
    }

    private static TokenScope scope(JsonNode token) {
        if (token.has("project")) {
            JsonNode project = token.get("project");
            return new TokenScope.Project(
                    text(project, "id"), text(project, "name"), domain(project));
        }
        if (token.has("domain")) {
            return new TokenScope.OfDomain(
                    new Domain(text(token.get("domain"), "id"), text(token.get("domain"), "name")));
        }
        return token.path("system").path("all").asBoolean()
                ? new TokenScope.OfSystem()
                : new TokenScope.None();
    }

    private static Domain domain(JsonNode of) {
        JsonNode domain = required(of, "domain");
        return new Domain(text(domain, "id"), text(domain, "name"));
    }

    private static @Nullable List<AccessRule> accessRules(JsonNode rules) {
        if (rules.isMissingNode() || rules.isNull()) {
            return null;
        }
        List<AccessRule> read = new ArrayList<>();
        for (JsonNode rule : rules) {
            read.add(
                    new AccessRule(
                            text(rule, "service"), text(rule, "method"), text(rule, "path")));
        }
        return read;
    }

    private static JsonNode required(JsonNode of, String field) {
        JsonNode value = of.get(field);
        if (value == null || !value.isObject()) {
            throw new IllegalArgumentException("no object \"" + field + "\"");
        }
        return value;
    }

    private static Instant time(JsonNode of, String field) {
        try {
            return Instant.parse(text(of, field));
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("no time \"" + field + "\"", malformed);
        }
    }

    private static String text(JsonNode of, String field) {
        JsonNode value = of.get(field);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("no text \"" + field + "\"");
        }
        return value.textValue();
    }
}
