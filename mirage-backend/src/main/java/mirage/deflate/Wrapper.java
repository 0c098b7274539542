package mirage.deflate;

/** What stands around the deflate blocks. */
public enum Wrapper {
    /** Nothing: RFC 1951. */
    RAW,
    /** A header of two bytes, and the Adler-32 of the content behind: RFC 1950. */
    ZLIB
}
