package mirage.blob;

/**
 * Names a blob. Safe as a file name: nothing but lower-case hexadecimal digits.
 *
 * @param kind what it is for
 * @param id 64 hexadecimal digits, a SHA-256, or 32, any 16 bytes
 */
public record BlobName(BlobKind kind, String id) {
    public BlobName {
        if (!isId(id)) {
            throw new IllegalArgumentException(
                    "blob id of 32 or 64 lower-case hexadecimal digits expected, found \""
                            + id
                            + "\"");
        }
    }

    /** Whether a text can be the id of a blob: for those who list what others may have written to. */
    public static boolean isId(String text) {
        return (text.length() == 64 || text.length() == 32)
                && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The kind's directory name and the id, such as {@code packs/00ff…}. */
    @Override
    public String toString() {
        return kind.directoryName() + "/" + id;
    }
}
