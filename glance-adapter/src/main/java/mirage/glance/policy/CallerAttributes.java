package mirage.glance.policy;

import mirage.glance.identity.Caller;
import mirage.glance.identity.TokenScope;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * What checks can ask about a caller, by the names of oslo.context. An attribute without value equals nothing; so does
 * an unknown one.
 *
 * <p>oslo.policy compares the absent project of an unscoped token with the absent owner of an image, and finds both to
 * be {@code None}; that is not followed.
 */
final class CallerAttributes {
    /** Answered by the rule {@link RuleNames#CONTEXT_IS_ADMIN}. */
    static final String IS_ADMIN = "is_admin";

    private CallerAttributes() {}

    /** Whether an attribute other than {@link #IS_ADMIN}, or one value of a list, is this text. */
    static boolean equal(String attribute, String expected, Caller caller) {
        Set<String> list = list(attribute, caller);
        return list == null ? expected.equals(value(attribute, caller)) : list.contains(expected);
    }

    private static @Nullable Set<String> list(String attribute, Caller caller) {
        return switch (attribute) {
            case "roles" -> caller.roles();
            case "service_roles" -> caller.serviceRoles();
            default -> null;
        };
    }

    private static @Nullable String value(String attribute, Caller caller) {
        return switch (attribute) {
            case "user_id" -> caller.userId();
            case "user_domain_id" -> caller.user().domain().id();
            case "project_id" -> caller.projectId();
            case "project_domain_id" ->
                    caller.scope() instanceof TokenScope.Project project
                            ? project.domain().id()
                            : null;
            case "domain_id" ->
                    caller.scope() instanceof TokenScope.OfDomain scope
                            ? scope.domain().id()
                            : null;
            case "system_scope" -> caller.scope() instanceof TokenScope.OfSystem ? "all" : null;
            case "is_admin_project" -> "True";
            default -> null;
        };
    }
}
