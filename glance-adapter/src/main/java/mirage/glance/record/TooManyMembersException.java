package mirage.glance.record;

import mirage.catalog.ImageId;

/** An image has as many members as it may have. */
public final class TooManyMembersException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int found;

    /**
     * @param found how many it has
     */
    public TooManyMembersException(ImageId id, int found) {
        super("image " + id + " has " + found + " members");
        this.found = found;
    }

    /** How many it has. */
    public int found() {
        return found;
    }
}
