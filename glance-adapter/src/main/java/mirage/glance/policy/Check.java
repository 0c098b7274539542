package mirage.glance.policy;

import java.util.List;

/** What a rule asks for, parsed. {@link CheckParser} has the language, {@link RuleBook} evaluates. */
sealed interface Check {
    Check PERMIT = new Constant(true);
    Check DENY = new Constant(false);

    /** {@code @} or {@code !}. */
    record Constant(boolean permits) implements Check {}

    record Not(Check check) implements Check {}

    record All(List<Check> checks) implements Check {
        public All {
            checks = List.copyOf(checks);
        }
    }

    record Any(List<Check> checks) implements Check {
        public Any {
            checks = List.copyOf(checks);
        }
    }

    /** {@code rule:name}: what another rule asks for. */
    record Rule(String name) implements Check {}

    /** {@code role:name}: the caller has the role, in any case. */
    record Role(Template name) implements Check {}

    /** {@code 'text':right}: a text is what stands on the right. */
    record Literal(String text, Template expected) implements Check {}

    /** {@code attribute:right}: an attribute of the caller, or one value of a list, is what stands on the right. */
    record Attribute(String name, Template expected) implements Check {}
}
