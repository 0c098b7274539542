package mirage.glance.identity;

/** What a token's roles are about. */
public sealed interface TokenScope {
    /** The token is for one project, the usual case. */
    record Project(String id, String name, Domain domain) implements TokenScope {
        public Project {
            if (id.isEmpty() || name.isEmpty()) {
                throw new IllegalArgumentException("project \"" + id + "\" named \"" + name + "\"");
            }
        }
    }

    /** The token is for a domain itself, not for the projects in it. */
    record OfDomain(Domain domain) implements TokenScope {}

    /** The token is for the deployment as a whole: Keystone's {@code system: all}. */
    record OfSystem() implements TokenScope {}

    /** The token says who its user is and nothing more. */
    record None() implements TokenScope {}
}
