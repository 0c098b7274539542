package mirage.codec;

import java.io.IOException;

/** A blob of ours is damaged: its bytes are not those that were written. Quarantine it, repair it from a copy. */
public class CorruptBlobException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param object which blob
     * @param offset where in it, in bytes
     * @param what what is damaged, what was expected and what was found
     */
    public CorruptBlobException(String object, long offset, String what) {
        super(object + " at " + offset + ": " + what);
    }

    /** For a more special exception of the same damage: with the cause's message. */
    protected CorruptBlobException(CorruptBlobException cause) {
        super(cause.getMessage(), cause);
    }
}
