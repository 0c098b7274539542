package mirage.agent.wire;

import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * An answer whose head is there. Its body comes as fast as it is read; a body that ends before its declared length, or
 * stands still for too long, is an {@link IOException}. Closing it gives up what is left.
 */
public final class Answer implements Closeable {
    private final Request request;
    private final InputStreamResponseListener listener;
    private final Response head;
    private final InputStream body;

    Answer(Request request, InputStreamResponseListener listener, Response head) {
        this.request = request;
        this.listener = listener;
        this.head = head;
        this.body = listener.getInputStream();
    }

    public int status() {
        return head.getStatus();
    }

    public HttpFields headers() {
        return head.getHeaders();
    }

    /** The declared length of the body in bytes, -1 when none is. */
    public long length() {
        return head.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    }

    public InputStream body() {
        return body;
    }

    /**
     * The whole body, for answers that are small.
     *
     * @throws IOException when it is greater than that, or cut short
     */
    public byte[] small(int most) throws IOException {
        byte[] bytes = body.readNBytes(most + 1);
        if (bytes.length > most) {
            throw new IOException(
                    "an answer of at most " + most + " bytes expected, found " + length());
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        // An answer that was read to its end leaves the connection to the next request.
        request.abort(new IOException("given up"));
        listener.close();
    }
}
