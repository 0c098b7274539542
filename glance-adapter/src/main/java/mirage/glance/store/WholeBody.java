package mirage.glance.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A body that must have as many bytes as its server said. */
final class WholeBody extends InputStream {
    private final InputStream body;
    private final String url;
    private final long length;
    private long count;

    /**
     * @param body closed with this
     */
    WholeBody(InputStream body, String url, long length) {
        this.body = body;
        this.url = url;
        this.length = length;
    }

    @Override
    public int read(byte[] target, int offset, int wanted) throws IOException {
        Objects.checkFromIndexSize(offset, wanted, target.length);
        int read = body.read(target, offset, wanted);
        if (read < 0 && count < length) {
            throw new IOException(url + " ended " + (length - count) + " bytes early");
        }
        count += Math.max(read, 0);
        if (count > length) {
            throw new IOException(url + " has more than " + length + " bytes");
        }
        return read;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
