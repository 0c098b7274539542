package mirage.catalog;

import java.io.IOException;

/** Somebody else changed the entry in between: look again. */
public final class CatalogConflictException extends IOException {
    private static final long serialVersionUID = 1;

    public CatalogConflictException(ImageId image) {
        super("catalog entry of image " + image + " changed meanwhile");
    }
}
