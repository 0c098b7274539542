package mirage.deploy;

import java.io.IOException;

/** What was asked for is not made yet, and will not be for a while. It may be asked for again. */
public final class ShelfBusyException extends IOException {
    private static final long serialVersionUID = 1;

    ShelfBusyException(ShelfName name) {
        super(name + " is not made yet");
    }
}
