package mirage.agent.deploy;

import java.io.IOException;

/** What the service sent could not be written: this host's disk is to blame, not the service. */
public final class NotWrittenException extends IOException {
    private static final long serialVersionUID = 1;

    NotWrittenException(IOException cause) {
        super("cannot be written: " + cause.getMessage(), cause);
    }
}
