package mirage.delta;

import java.io.IOException;

/** Two images between which there can be no delta. */
public final class NoDeltaException extends IOException {
    private static final long serialVersionUID = 1;

    NoDeltaException(String message) {
        super(message);
    }
}
