package mirage.glance.identity;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The roles that a fresh Keystone lets others imply: an administrator is a member, a member is a reader. For sources of
 * callers that have no rules of their own; Keystone itself names the implied roles in its answers.
 */
public final class ImpliedRoles {
    private ImpliedRoles() {}

    /** These roles, in lower case, and those that they imply. */
    public static Set<String> withImplied(Set<String> roles) {
        Set<String> all = new TreeSet<>();
        for (String role : roles) {
            all.add(role.toLowerCase(Locale.ROOT));
        }
        if (all.contains("admin")) {
            all.add("member");
        }
        if (all.contains("member")) {
            all.add("reader");
        }
        return Set.copyOf(all);
    }
}
