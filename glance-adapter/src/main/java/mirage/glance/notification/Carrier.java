package mirage.glance.notification;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Brings notifications to where they are read. Used by one thread. */
interface Carrier extends Closeable {
    /**
     * Brings all of them, and returns when they have arrived.
     *
     * @throws IOException when it is not known that all have arrived; they can be given again
     */
    void carry(List<Notification> notifications) throws IOException;
}
