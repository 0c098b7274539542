package mirage.glance.identity.keystone;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.identity.keystone.ServiceUser.Login;
import mirage.glance.identity.keystone.ServiceUser.Reference;
import mirage.glance.identity.keystone.ServiceUser.Scope;

/**
 * The body of {@code POST /v3/auth/tokens}. OpenStack4j's own builder knows neither the scope of the system nor
 * application credentials.
 */
final class LoginRequest {
    private LoginRequest() {}

    /** Holds the user's secret. */
    static String of(ServiceUser user) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode auth = body.putObject("auth");
        addIdentity(auth.putObject("identity"), user.login());
        switch (user.scope()) {
            case Scope.Project(Reference project) ->
                    addReference(auth.putObject("scope").putObject("project"), project);
            case Scope.OfSystem() -> auth.putObject("scope").putObject("system").put("all", true);
            case Scope.Implied() -> {}
        }
        return body.toString();
    }

    private static void addIdentity(ObjectNode identity, Login login) {
        switch (login) {
            case Login.Password(Reference user, String password) -> {
                identity.putArray("methods").add("password");
                ObjectNode named = identity.putObject("password").putObject("user");
                addReference(named, user);
                named.put("password", password);
            }
            case Login.ApplicationCredential(String id, String secret) -> {
                identity.putArray("methods").add("application_credential");
                identity.putObject("application_credential").put("id", id).put("secret", secret);
            }
        }
    }

    private static void addReference(ObjectNode to, Reference reference) {
        if (reference.id() != null) {
            to.put("id", reference.id());
            return;
        }
        to.put("name", reference.name());
        ObjectNode domain = to.putObject("domain");
        if (reference.domainId() != null) {
            domain.put("id", reference.domainId());
        } else {
            domain.put("name", reference.domainName());
        }
    }
}
