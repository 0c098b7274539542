package mirage.blob;

import java.io.IOException;

/** There is no blob of this name. */
public final class MissingBlobException extends IOException {
    private static final long serialVersionUID = 1;

    public MissingBlobException(BlobName name) {
        super("blob " + name + " is not in the store");
    }
}
