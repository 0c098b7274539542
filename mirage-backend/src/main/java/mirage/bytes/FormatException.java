package mirage.bytes;

import java.io.IOException;

/**
 * Bytes do not follow the format that they claim. Never a fault of the store: whoever reads a tenant's image treats
 * what is refused here as opaque bytes.
 */
public class FormatException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param message names the object, the field, the offset, what was expected and what was found
     */
    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
