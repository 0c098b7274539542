package mirage.glance.policy;

/** A rule does not permit what a caller asked for. */
public final class PolicyDeniedException extends RuntimeException {
    private final String rule;

    public PolicyDeniedException(String rule) {
        super("You are not authorized to complete " + rule + " action.");
        this.rule = rule;
    }

    public String rule() {
        return rule;
    }
}
