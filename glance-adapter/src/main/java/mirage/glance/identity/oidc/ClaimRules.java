package mirage.glance.identity.oidc;

import mirage.glance.identity.ImpliedRoles;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a token's claims is what of a caller.
 *
 * <p>Roles are given in two ways: by claims, for all projects of the token, and by groups, for the project that the group
 * names. Either way a role counts only when {@code roleMap} knows it: a provider has roles for many services, and that one
 * of another service has the name {@code admin} must not make anybody administrator here. An administrator is a member, a
 * member is a reader, as a fresh Keystone has it.
 *
 * @param userId where the user's id is
 * @param userName where the user's name is; the id is the name of who has none there
 * @param projectId where the ids of projects are, one or a list
 * @param projectName where the name of the project is, when {@code projectId} has one project
 * @param roles where roles are
 * @param groups where the user's groups are
 * @param projectGroup what a group looks like that gives a role in a project: an expression with the named groups
 *     "project" and "role", which the whole name must match; null for none
 * @param roleMap from the provider's name of a role to the one that it is here
 */
public record ClaimRules(
        ClaimPath userId,
        ClaimPath userName,
        ClaimPath projectId,
        ClaimPath projectName,
        List<ClaimPath> roles,
        ClaimPath groups,
        @Nullable Pattern projectGroup,
        Map<String, String> roleMap) {
    public static final String DEFAULT_USER_ID = "sub";
    public static final String DEFAULT_USER_NAME = "preferred_username";
    public static final String DEFAULT_PROJECT_ID = "project_id";
    public static final String DEFAULT_PROJECT_NAME = "project_name";
    public static final String DEFAULT_ROLES = "realm_access.roles";
    public static final String DEFAULT_GROUPS = "groups";
    public static final Map<String, String> DEFAULT_ROLE_MAP =
            Map.of("admin", "admin", "member", "member", "reader", "reader", "service", "service");

    public ClaimRules {
        roles = List.copyOf(roles);
        roleMap = Map.copyOf(roleMap);
        if (projectGroup != null) {
            requireProjectGroup(projectGroup);
        }
    }

    static void requireProjectGroup(Pattern pattern) {
        if (!pattern.namedGroups().keySet().containsAll(Set.of("project", "role"))) {
            throw new IllegalArgumentException(
                    "project_group: an expression with (?<project>…) and (?<role>…) expected, found "
                            + pattern);
        }
    }

    public static ClaimRules defaults() {
        return new ClaimRules(
                ClaimPath.parse(DEFAULT_USER_ID),
                ClaimPath.parse(DEFAULT_USER_NAME),
                ClaimPath.parse(DEFAULT_PROJECT_ID),
                ClaimPath.parse(DEFAULT_PROJECT_NAME),
                List.of(ClaimPath.parse(DEFAULT_ROLES)),
                ClaimPath.parse(DEFAULT_GROUPS),
                null,
                DEFAULT_ROLE_MAP);
    }

    /** Roles that hold in every project of the token. */
    Set<String> rolesEverywhere(Map<String, Object> claims) {
        Set<String> found = new HashSet<>();
        for (ClaimPath path : roles) {
            path.texts(claims).forEach(role -> addMapped(found, role));
        }
        return ImpliedRoles.withImplied(found);
    }

    /** The projects that the token is good for, and the roles there, those that hold everywhere among them. */
    Map<String, Set<String>> rolesByProject(Map<String, Object> claims) {
        Map<String, Set<String>> byProject = new TreeMap<>();
        for (String project : projectId.texts(claims)) {
            byProject.put(project, new HashSet<>());
        }
        Pattern pattern = projectGroup;
        if (pattern != null) {
            groups.texts(claims).forEach(group -> addGroup(byProject, pattern.matcher(group)));
        }
        Set<String> everywhere = rolesEverywhere(claims);
        byProject.replaceAll((project, there) -> {
            there.addAll(everywhere);
            return ImpliedRoles.withImplied(there);
        });
        return byProject;
    }

    private void addGroup(Map<String, Set<String>> byProject, Matcher group) {
        if (group.matches() && !group.group("project").isEmpty()) {
            addMapped(
                    byProject.computeIfAbsent(group.group("project"), project -> new HashSet<>()),
                    group.group("role"));
        }
    }

    /** The name of a project, its id when the token does not say. */
    String nameOf(String project, Map<String, Object> claims) {
        String name = projectName.text(claims);
        return name != null && projectId.texts(claims).equals(List.of(project)) ? name : project;
    }

    private void addMapped(Set<String> to, String role) {
        String mapped = roleMap.get(role);
        if (mapped != null) {
            to.add(mapped);
        }
    }
}
