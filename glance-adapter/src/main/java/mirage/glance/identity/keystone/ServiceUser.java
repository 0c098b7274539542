package mirage.glance.identity.keystone;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.Locale;

/**
 * The user as which this service asks Keystone, and where it logs in.
 *
 * @param authUrl of Keystone, with or without {@code /v3} at its end
 */
public record ServiceUser(URI authUrl, Login login, Scope scope) {
    public ServiceUser {
        String scheme = authUrl.getScheme() == null ? "" : authUrl.getScheme();
        if (!scheme.toLowerCase(Locale.ROOT).matches("https?") || authUrl.getHost() == null) {
            throw new IllegalArgumentException(
                    "auth_url: http(s)://HOST… expected, found " + authUrl);
        }
        boolean implied = login instanceof Login.ApplicationCredential;
        if (implied != scope instanceof Scope.Implied) {
            throw new IllegalArgumentException(
                    "an application credential implies its project, a password needs one");
        }
    }

    /** What the user knows that nobody else does, and who that is, which is all that it shows. */
    public sealed interface Login {
        /** {@code auth_type = password}. */
        record Password(Reference user, String password) implements Login {
            @Override
            public String toString() {
                return "user " + (user.name() == null ? user.id() : user.name());
            }
        }

        /** {@code auth_type = v3applicationcredential}. */
        record ApplicationCredential(String id, String secret) implements Login {
            @Override
            public String toString() {
                return "application credential " + id;
            }
        }
    }

    /** What the user's roles are about. */
    public sealed interface Scope {
        record Project(Reference project) implements Scope {}

        /** {@code system_scope = all}. */
        record OfSystem() implements Scope {}

        /** What an application credential was made for. */
        record Implied() implements Scope {}
    }

    /**
     * A user or a project: by its id, or by its name in a domain, which is given by its own id or name.
     *
     * @param id null when the name says it
     * @param name null when the id says it
     * @param domainId of the domain of the name
     * @param domainName of the domain of the name
     */
    public record Reference(
            @Nullable String id,
            @Nullable String name,
            @Nullable String domainId,
            @Nullable String domainName) {
        public Reference {
            if (id == null && (name == null || (domainId == null && domainName == null))) {
                throw new IllegalArgumentException(
                        "an id, or a name with the id or the name of its domain expected, found name "
                                + name);
            }
        }

        public static Reference byId(String id) {
            return new Reference(id, null, null, null);
        }

        /** By name in the domain of that name. */
        public static Reference byName(String name, String domainName) {
            return new Reference(null, name, null, domainName);
        }
    }
}
