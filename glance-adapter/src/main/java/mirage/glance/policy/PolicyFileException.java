package mirage.glance.policy;

import java.io.IOException;

/** A file of rules cannot be used. The message begins with the file and, where there is one, the line. */
public final class PolicyFileException extends IOException {
    private static final long serialVersionUID = 1;

    PolicyFileException(String message) {
        super(message);
    }
}
