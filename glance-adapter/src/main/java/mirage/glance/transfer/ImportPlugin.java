package mirage.glance.transfer;

/** What operators may have done to every import; the names are Glance's. */
public enum ImportPlugin {
    /** Does nothing. */
    NO_OP,
    /** Takes compressed bytes out of a gzip, xz or zip file. */
    IMAGE_DECOMPRESSION,
    /** Turns images of other formats into raw ones. */
    IMAGE_CONVERSION,
    /** Gives the image properties that its owner did not ask for; done when the import is asked for. */
    INJECT_IMAGE_METADATA
}
