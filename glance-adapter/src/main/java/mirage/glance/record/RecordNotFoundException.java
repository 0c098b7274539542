package mirage.glance.record;

import mirage.catalog.ImageId;

/** There is no such image or no such member of it, or no longer. */
public final class RecordNotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecordNotFoundException(ImageId id) {
        super("no image " + id);
    }
}
