package mirage.pack;

import mirage.codec.CorruptBlobException;

/** A pack is damaged. Quarantine it, repair it from a copy, or name the images that it touches. */
public final class CorruptPackException extends CorruptBlobException {
    private static final long serialVersionUID = 1;

    private final String packDigits;

    /**
     * @param offset where in the pack, in bytes
     * @param what what is damaged, what was expected and what was found
     */
    public CorruptPackException(PackId pack, long offset, String what) {
        super("pack " + pack, offset, what);
        this.packDigits = pack.digits();
    }

    /** With the message of the cause, which names the pack and the place. */
    CorruptPackException(PackId pack, CorruptBlobException cause) {
        super(cause);
        this.packDigits = pack.digits();
    }

    public PackId pack() {
        return new PackId(packDigits);
    }
}
