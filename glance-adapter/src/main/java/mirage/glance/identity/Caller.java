package mirage.glance.identity;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who sent a request, and what roles that user has in which scope.
 *
 * <p>Roles are those that the identity service named, in lower case, and no others: a role implies another only where
 * the identity service says so.
 *
 * @param scope what the roles are about
 * @param roles of the user
 * @param serviceRoles of the service that passed the request on, empty when there is none
 */
public record Caller(
        User user, TokenScope scope, Set<String> roles, Set<String> serviceRoles, Token token) {
    private static final String ADMIN = "admin";
    private static final String MEMBER = "member";
    private static final String READER = "reader";
    private static final String SERVICE = "service";

    public Caller {
        roles = lowerCased(roles);
        serviceRoles = lowerCased(serviceRoles);
    }

    /** A caller of the default domain whose names are its ids and whose token is never over. */
    public static Caller inProject(String user, String project, Set<String> roles) {
        return new Caller(
                new User(user, user, Domain.DEFAULT),
                new TokenScope.Project(project, project, Domain.DEFAULT),
                roles,
                Set.of(),
                new Token("", null));
    }

    public String userId() {
        return user.id();
    }

    /** Id of the project that the token is for, null when it is for none. */
    public @Nullable String projectId() {
        return scope instanceof TokenScope.Project project ? project.id() : null;
    }

    /**
     * Whether something belongs to the caller's project.
     *
     * @param owner id of a project, null for nobody, whom no caller is
     */
    public boolean owns(@Nullable String owner) {
        return owner != null && owner.equals(projectId());
    }

    /**
     * Whether the user has a role.
     *
     * @param role in any case
     */
    public boolean has(String role) {
        return roles.contains(role.toLowerCase(Locale.ROOT));
    }

    public boolean isAdmin() {
        return roles.contains(ADMIN);
    }

    public boolean isMember() {
        return roles.contains(MEMBER);
    }

    public boolean isReader() {
        return roles.contains(READER);
    }

    /**
     * Whether the user is itself a service, such as Nova acting for itself. For a service that acts for a user see
     * {@link #serviceRoles}.
     */
    public boolean isService() {
        return roles.contains(SERVICE);
    }

    /** The same, passed on by a service with these roles. */
    public Caller withServiceRoles(Set<String> newServiceRoles) {
        return new Caller(user, scope, roles, newServiceRoles, token);
    }

    private static Set<String> lowerCased(Set<String> roles) {
        return Set.copyOf(
                roles.stream()
                        .map(role -> role.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
