package mirage.agent.deploy;

import java.io.IOException;

/** The image service answered, and not what was asked for. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param what was asked
     * @param status of HTTP
     */
    public RefusedException(String what, int status) {
        super(what + ": the image service answers " + status);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
