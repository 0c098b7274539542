package mirage.agent.hold;

import java.io.IOException;

/** There is no room for it on the disk, or not in the budget. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    public NoRoomException(String message) {
        super(message);
    }
}
