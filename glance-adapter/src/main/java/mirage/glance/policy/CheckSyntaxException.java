package mirage.glance.policy;

/** A check is not written in the language of oslo.policy. The message says what was expected and found. */
final class CheckSyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    CheckSyntaxException(String message) {
        super(message);
    }
}
