package mirage.library;

/** Which bytes of an image: the two are the same for a raw image. */
public enum View {
    /** The uploaded bytes. */
    CONTAINER,
    /** What a guest sees as its block device. */
    DISK
}
