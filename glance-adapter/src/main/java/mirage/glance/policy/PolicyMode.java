package mirage.glance.policy;

/**
 * Which defaults a policy starts from.
 *
 * @param compat whose rules
 * @param enforceNewDefaults {@code [oslo_policy] enforce_new_defaults}: where a default has changed, only the new one
 *     permits; otherwise the new or the old one does
 * @param enforceScope {@code [oslo_policy] enforce_scope}: refuses tokens that are not for a project
 */
public record PolicyMode(Compat compat, boolean enforceNewDefaults, boolean enforceScope) {
    /** As that Glance has the two switches when its configuration does not name them. */
    public static PolicyMode of(Compat compat) {
        boolean strict = compat == Compat.LATEST;
        return new PolicyMode(compat, strict, strict);
    }

    public PolicyMode withEnforceNewDefaults(boolean enforce) {
        return new PolicyMode(compat, enforce, enforceScope);
    }

    public PolicyMode withEnforceScope(boolean enforce) {
        return new PolicyMode(compat, enforceNewDefaults, enforce);
    }
}
