package mirage.blob;

/** What a blob is for; kinds are listed apart and lie in directories of their own. */
public enum BlobKind {
    PACK("packs"),
    MANIFEST("manifests");

    private final String directoryName;

    BlobKind(String directoryName) {
        this.directoryName = directoryName;
    }

    /** The directory, or the prefix in an object store, that holds this kind. Part of the store's format. */
    public String directoryName() {
        return directoryName;
    }
}
