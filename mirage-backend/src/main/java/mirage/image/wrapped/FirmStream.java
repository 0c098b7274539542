package mirage.image.wrapped;

import mirage.bytes.FormatException;

import java.io.IOException;
import java.io.InputStream;

/**
 * A decoder that was not made for hostile bytes: where it stumbles over one (an index beyond an array), that says of the
 * bytes that they are damaged.
 */
final class FirmStream extends InputStream {
    private final InputStream decoder;

    /** Work of a decoder. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    FirmStream(Work<InputStream> opener) throws IOException {
        this.decoder = firmly(opener);
    }

    @Override
    public int read() throws IOException {
        return firmly(decoder::read);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return firmly(() -> decoder.read(target, offset, length));
    }

    @Override
    public void close() throws IOException {
        decoder.close();
    }

    private static <T> T firmly(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (RuntimeException stumbled) {
            throw new FormatException("cannot be decoded: " + stumbled, stumbled);
        }
    }
}
