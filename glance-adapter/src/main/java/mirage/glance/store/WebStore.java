package mirage.glance.store;

import mirage.glance.record.ImageLocation;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebContent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Map;

/**
 * Images that lie at addresses on the web. They are read from there each time, and nothing is ever put or deleted
 * there.
 *
 * @param web not owned
 */
public record WebStore(
        String id, String description, int weight, WebAccess web, Map<String, String> properties)
        implements ImageStore {
    private static final int BUFFER_BYTES = 64 * 1024;

    public WebStore {
        properties = Map.copyOf(properties);
    }

    @Override
    public String type() {
        return "http";
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public boolean holds(ImageLocation location) {
        return location.url().startsWith("http://") || location.url().startsWith("https://");
    }

    /**
     * The size in bytes of what is at an address.
     *
     * @throws IOException when there is nothing that can be read, or its server does not say
     */
    public long sizeOf(String url) throws IOException {
        Long size = web.sizeOf(url);
        if (size == null) {
            throw new IOException(url + " does not say how large it is");
        }
        return size;
    }

    @Override
    public StoredBytes open(ImageLocation location) throws IOException {
        long length = sizeOf(location.url());
        return new StoredBytes() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void transferTo(long offset, long count, WritableByteChannel channel)
                    throws IOException {
                if (count > 0) {
                    copy(location.url(), offset, count, channel);
                }
            }

            @Override
            public InputStream stream() throws IOException {
                return all(location.url(), length);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void delete(ImageLocation location) {}

    /** One answer, however much it is: a server that does not know ranges would send each of them from the start. */
    private InputStream all(String url, long length) throws IOException {
        WebContent content = web.open(url, Map.of());
        Long now = content.length();
        if (now != null && now != length) {
            content.close();
            throw new IOException(url + " has " + now + " bytes now, not " + length);
        }
        return new WholeBody(content.body(), url, length);
    }

    private void copy(String url, long offset, long count, WritableByteChannel channel)
            throws IOException {
        String range = "bytes=" + offset + "-" + (offset + count - 1);
        try (WebContent content = web.open(url, Map.of("Range", range))) {
            InputStream body = content.body();
            if (content.status() == 200) {
                // The server does not know ranges and sends all of it.
                body.skipNBytes(offset);
            }
            ReadableByteChannel in = Channels.newChannel(body);
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long left = count;
            while (left > 0) {
                buffer.clear().limit((int) Math.min(left, BUFFER_BYTES));
                int read = in.read(buffer);
                if (read < 0) {
                    throw new IOException(url + " ended " + left + " bytes early");
                }
                left -= read;
                channel.write(buffer.flip());
            }
        }
    }
}
