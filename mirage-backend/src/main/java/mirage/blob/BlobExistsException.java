package mirage.blob;

import java.io.IOException;

/** A blob cannot be created because its name exists. */
public final class BlobExistsException extends IOException {
    private static final long serialVersionUID = 1;

    public BlobExistsException(BlobName name) {
        super("blob " + name + " exists");
    }
}
