package mirage.glance.record;

import mirage.catalog.ImageId;

/** The id belongs to an image, or did once. */
public final class RecordExistsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecordExistsException(ImageId id) {
        super("image " + id + " exists, or did once");
    }
}
