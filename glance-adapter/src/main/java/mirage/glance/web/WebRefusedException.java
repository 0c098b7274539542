package mirage.glance.web;

import java.io.IOException;

/** An address on the web is not one that this service reads from. */
public final class WebRefusedException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param message for the client; tells nothing of the network that it cannot see for itself
     */
    public WebRefusedException(String message) {
        super(message);
    }
}
