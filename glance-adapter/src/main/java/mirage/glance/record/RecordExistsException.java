package mirage.glance.record;

import mirage.catalog.ImageId;

/** What was to be added is there already, or was once: an image of that id, a member of it. */
public final class RecordExistsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecordExistsException(ImageId id) {
        super("image " + id + " is there already, or was once");
    }
}
