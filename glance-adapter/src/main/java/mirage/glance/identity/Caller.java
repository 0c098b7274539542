package mirage.glance.identity;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who sent a request, and what that person may do in which project.
 *
 * @param user id of the user
 * @param project id of the project that the token is for; owns what the caller makes
 * @param roles in lower case; an administrator is a member too, a member is a reader too, as Keystone's implied roles
 *     have it
 */
public record Caller(String user, String project, Set<String> roles) {
    private static final String ADMIN = "admin";
    private static final String MEMBER = "member";
    private static final String READER = "reader";

    public Caller {
        if (user.isEmpty() || project.isEmpty()) {
            throw new IllegalArgumentException(
                    "user \"" + user + "\" of project \"" + project + "\": neither may be empty");
        }
        roles = withImplied(roles);
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

    private static Set<String> withImplied(Set<String> given) {
        Set<String> all = new TreeSet<>();
        for (String role : given) {
            all.add(role.toLowerCase(Locale.ROOT));
        }
        if (all.contains(ADMIN)) {
            all.add(MEMBER);
        }
        if (all.contains(MEMBER)) {
            all.add(READER);
        }
        return Set.copyOf(all);
    }
}
