package mirage.blob;

import java.io.IOException;

/** A failure that a test asked for. */
public final class InjectedFault extends IOException {
    private static final long serialVersionUID = 1;

    public InjectedFault(String what) {
        super(what);
    }
}
