package mirage.ingest;

import mirage.layout.DiskLayout;

import java.io.Closeable;
import java.io.IOException;

/**
 * The disk of an image that is compressed as a whole, decoded for as long as this is open.
 *
 * @param layout of the image, whose disk can be read
 * @param decoded where it is
 */
record Unwrapped(DiskLayout layout, ScratchFile decoded) implements Closeable {
    @Override
    public void close() throws IOException {
        decoded.close();
    }
}
