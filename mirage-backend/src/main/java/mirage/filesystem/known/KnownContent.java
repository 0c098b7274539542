package mirage.filesystem.known;

/**
 * What fills a volume, by name only.
 *
 * @param type as {@code blkid} calls it: {@code crypto_LUKS}, {@code swap}, {@code apfs}
 * @param label may be empty; hostile text
 * @param uuid in the form of {@code blkid}; empty when it has none, or when it is not where a few bytes tell
 */
public record KnownContent(String type, String label, String uuid) {
    /** Whether it holds no files of its own, so that nobody misses them. */
    public boolean holdsNoFiles() {
        return type.equals(KnownContents.SWAP);
    }
}
