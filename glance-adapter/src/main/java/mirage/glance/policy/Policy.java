package mirage.glance.policy;

import mirage.glance.identity.Caller;

/** Answers whether a caller may do something. Safe for use by many threads; cheap enough to ask at each request. */
public interface Policy {
    /**
     * Whether a rule permits.
     *
     * @param rule a name of {@link RuleNames}, or one that an operator's file defines
     * @param target what the caller wants to do it to; {@link PolicyTarget#none} where there is no such thing. A rule
     *     that asks for an attribute that the target does not have is not fulfilled.
     */
    boolean permits(String rule, Caller caller, PolicyTarget target);

    /** Whether there is a rule of this name. For others the rule {@code default} answers, as in oslo.policy. */
    default boolean defines(String rule) {
        return true;
    }

    /**
     * Lets pass who may.
     *
     * @throws PolicyDeniedException naming the rule
     */
    default void require(String rule, Caller caller, PolicyTarget target) {
        if (!permits(rule, caller, target)) {
            throw new PolicyDeniedException(rule);
        }
    }
}
