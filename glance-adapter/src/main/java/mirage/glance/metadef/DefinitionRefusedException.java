package mirage.glance.metadef;

/** A definition is not one that can be kept; the message says what is wrong with it, for its author. */
public final class DefinitionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DefinitionRefusedException(String message) {
        super(message);
    }
}
