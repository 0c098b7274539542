package mirage.agent.build;

import mirage.agent.measure.Measures.Cause;

import java.io.IOException;

/** An image is not made here, for a reason that is nobody's fault or is told in the log: it must come from the service. */
public final class CannotMakeException extends IOException {
    private static final long serialVersionUID = 1;

    private final Cause why;

    public CannotMakeException(Cause why, String message) {
        super(message);
        this.why = why;
    }

    public CannotMakeException(Cause why, IOException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.why = why;
    }

    public Cause why() {
        return why;
    }
}
