package mirage.glance.metadef;

/** A namespace was deleted while its content was to be changed. */
public final class NamespaceGoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NamespaceGoneException() {
        super("The metadata definition namespace was deleted meanwhile.");
    }
}
