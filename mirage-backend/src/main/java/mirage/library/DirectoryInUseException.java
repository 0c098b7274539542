package mirage.library;

import java.io.IOException;
import java.nio.file.Path;

/** Another process works on the data directory. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    public DirectoryInUseException(Path directory, String holder) {
        super(
                directory
                        + " is in use by "
                        + (holder.isEmpty() ? "another process" : holder)
                        + ": stop it first, or ask it through the Image API");
    }
}
