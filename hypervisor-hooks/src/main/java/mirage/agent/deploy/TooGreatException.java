package mirage.agent.deploy;

import java.io.IOException;

/** What the service has is greater than what is wanted. */
public final class TooGreatException extends IOException {
    private static final long serialVersionUID = 1;

    TooGreatException(String what, long most, long found) {
        super(what + ": at most " + most + " bytes expected, found " + found);
    }
}
