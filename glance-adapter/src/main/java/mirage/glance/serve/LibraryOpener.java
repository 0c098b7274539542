package mirage.glance.serve;

import mirage.library.ImageLibrary;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the library of a data directory. */
@FunctionalInterface
public interface LibraryOpener {
    /**
     * Opens it, making it when it is not there.
     *
     * @throws IOException also when another process has it
     */
    ImageLibrary open(Path dataDirectory) throws IOException;
}
