package mirage.glance.transfer;

import mirage.glance.record.ImageAttributes;
import mirage.glance.record.Task;

import java.io.IOException;
import java.io.InputStream;

/** Where imports get bytes from that are not here. Safe for use by many threads. */
public interface ImportSources {
    /** Remembers the token of the user who asked for a task, for as long as it runs. */
    void remember(Task task, String token);

    /** Forgets the token of a task. */
    void forget(Task task);

    /**
     * What an image becomes by where its bytes come from, such as the formats that it has there.
     *
     * @param image as it is now
     * @throws IOException when that cannot be found out; the message is for the user
     */
    ImageAttributes describe(ImportRequest request, Task task, ImageAttributes image)
            throws IOException;

    /**
     * Opens the bytes of an import by {@code web-download} or {@code glance-download}, from their beginning.
     *
     * @throws IOException when they cannot be read; the message is for the user
     */
    InputStream open(ImportRequest request, Task task) throws IOException;
}
