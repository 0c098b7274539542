package mirage.glance.metadef;

/** There is one of that name already; the message names it. */
public final class DefinitionExistsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private DefinitionExistsException(String message) {
        super(message);
    }

    static DefinitionExistsException ofNamespace(String name) {
        return new DefinitionExistsException(
                "The metadata definition namespace=" + name + " already exists.");
    }

    /**
     * @param kind such as {@code object}
     */
    static DefinitionExistsException in(String kind, String name) {
        return new DefinitionExistsException(
                "A metadata definition "
                        + kind
                        + " with name="
                        + name
                        + " already exists in the namespace.");
    }
}
