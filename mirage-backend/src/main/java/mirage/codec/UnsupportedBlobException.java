package mirage.codec;

import java.io.IOException;

/** A blob of ours is whole, but a later Mirage wrote it in a way that this one cannot read. */
public final class UnsupportedBlobException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param object which blob
     * @param what what is not supported, what was expected and what was found
     */
    public UnsupportedBlobException(String object, String what) {
        super(object + ": " + what);
    }
}
