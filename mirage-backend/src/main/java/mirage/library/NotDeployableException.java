package mirage.library;

import mirage.catalog.ImageId;

import java.io.IOException;

/** A view of an image that there is not: its structure is not known yet, or not at all, or it is not of one disk. */
public final class NotDeployableException extends IOException {
    private static final long serialVersionUID = 1;

    private final Why why;

    /** Whether waiting helps. */
    public enum Why {
        /** The image is still being taken apart. */
        YET,
        /** Its disk cannot be read. */
        OPAQUE,
        /** It is of several disks. */
        SEVERAL_DISKS
    }

    public NotDeployableException(ImageId image, String what, Why why) {
        super("image " + image + " " + what);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
