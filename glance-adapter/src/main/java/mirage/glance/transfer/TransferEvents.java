package mirage.glance.transfer;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageRecord;
import mirage.glance.store.ImageStore;

/** Is told how bytes come to images. Must not fail. Safe for use by many threads. */
public interface TransferEvents {
    /** Tells nobody. */
    TransferEvents NONE = new TransferEvents() {};

    /** A store is about to get the bytes. */
    default void preparing(ImageRecord image, ImageStore store) {}

    /**
     * A store has the bytes, and the record says so.
     *
     * @param activated whether the image became active by it
     */
    default void uploaded(ImageRecord image, boolean activated) {}

    /** The bytes did not come. */
    default void failed(ImageId image, String why) {}
}
