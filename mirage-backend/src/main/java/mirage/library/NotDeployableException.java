package mirage.library;

import mirage.catalog.ImageId;

import java.io.IOException;

/** A view of an image whose structure is not known: not yet, or not at all. */
public final class NotDeployableException extends IOException {
    private static final long serialVersionUID = 1;

    private final Why why;

    /** Whether waiting helps. */
    public enum Why {
        /** The image is still being taken apart. */
        YET,
        /** Its disk cannot be read. */
        OPAQUE
    }

    public NotDeployableException(ImageId image, String what, Why why) {
        super("image " + image + " " + what);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
