package mirage.library;

import java.io.IOException;
import java.nio.file.Path;

/** Another process works on the data directory as the same node. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    public DirectoryInUseException(Path directory, String node, String holder) {
        super(
                directory
                        + " is in use by "
                        + (holder.isEmpty() ? "another process" : holder)
                        + " as node "
                        + node
                        + ": stop it, ask it through the Image API, or give each process a node name of its own");
    }
}
