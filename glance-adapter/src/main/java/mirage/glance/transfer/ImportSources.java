package mirage.glance.transfer;

import mirage.glance.record.Task;

import java.io.IOException;
import java.io.InputStream;

/** Opens bytes that an import gets from elsewhere. Safe for use by many threads. */
public interface ImportSources {
    /**
     * Opens the bytes of an import by {@code web-download} or {@code glance-download}, from their beginning.
     *
     * @throws IOException when they cannot be read; the message is for the user
     */
    InputStream open(ImportRequest request, Task task) throws IOException;
}
