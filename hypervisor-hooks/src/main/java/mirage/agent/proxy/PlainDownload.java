package mirage.agent.proxy;

import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ContentRange;
import mirage.agent.wire.ImageService;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;

/**
 * A whole image from the service, by as many requests as it takes: where a connection breaks, the next request is for
 * the range that is left, so that the client does not notice. The service says by its headers that it is still the same
 * image; the client holds the whole against its digest anyway.
 */
final class PlainDownload {
    private static final Logger LOG = LoggerFactory.getLogger(PlainDownload.class);
    private static final int BUFFER_BYTES = 128 * 1024;

    /** How long the service may be away, counted from the last byte that came. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final String CONTENT_MD5 = "Content-MD5";

    private final ImageService service;
    private final Asked whole;
    private final HttpFields head;
    private final long length;

    private PlainDownload(ImageService service, Asked whole, HttpFields head, long length) {
        this.service = service;
        this.whole = whole;
        this.head = head;
        this.length = length;
    }

    /**
     * The download that an answer began.
     *
     * @param whole the request for the whole image
     * @param answer to it, with a length; or to the request for a range of it
     */
    static PlainDownload of(ImageService service, Asked whole, Answer answer) throws IOException {
        long length =
                answer.status() == 206
                        ? ContentRange.of(answer.headers()).whole()
                        : answer.length();
        return new PlainDownload(service, whole, answer.headers(), length);
    }

    long length() {
        return length;
    }

    /** Writes all of it, first what the answer still has. */
    void copy(Answer first, OutputStream out) throws IOException {
        long at = copy(first, 0, out);
        if (at < length) {
            copyFrom(at, out);
        }
    }

    /**
     * Writes it from a position to its end.
     *
     * @throws IOException when the client is gone, when it is another image now, or when nothing came for a minute
     */
    void copyFrom(long start, OutputStream out) throws IOException {
        long at = start;
        long lastByte = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (at < length) {
            try (Answer answer = rest(at)) {
                long reached = copy(answer, at, out);
                if (reached > at) {
                    lastByte = System.nanoTime();
                    pause = FIRST_PAUSE;
                }
                at = reached;
            } catch (PassingException failure) {
                if (System.nanoTime() - lastByte > PATIENCE.toNanos()) {
                    throw new IOException("no more of it came: " + failure.getMessage(), failure);
                }
                LOG.info("{} at {} of {}: {}", whole.target(), at, length, failure.getMessage());
            }
            if (at < length) {
                sleep(pause);
                Duration next = pause.multipliedBy(2);
                pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
            }
        }
    }

    /** Writes what an answer has; gives where it ended, at the image's end or where the connection broke. */
    private long copy(Answer answer, long start, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long at = start;
        while (at < length) {
            int read;
            try {
                read = answer.body().read(buffer, 0, (int) Math.min(buffer.length, length - at));
            } catch (IOException broken) {
                LOG.info("{} broke at {} of {}: {}", whole.target(), at, length, broken.toString());
                return at;
            }
            if (read < 0) {
                return at;
            }
            out.write(buffer, 0, read);
            at += read;
        }
        return at;
    }

    private Answer rest(long at) throws IOException {
        HttpFields headers =
                HttpFields.build(whole.headers()).put(HttpHeader.RANGE, "bytes=" + at + "-");
        Answer answer;
        try {
            answer = service.send(Asked.get(whole.target(), headers));
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException failure) {
            throw new PassingException(String.valueOf(failure.getMessage()));
        }
        try {
            requireRest(answer, at);
            return answer;
        } catch (IOException other) {
            answer.close();
            throw other;
        }
    }

    private void requireRest(Answer answer, long at) throws IOException {
        if (answer.status() >= 500) {
            throw new PassingException("the service answers " + answer.status());
        }
        if (answer.status() != 206) {
            throw new IOException(
                    "the rest of the image expected, the service answers " + answer.status());
        }
        ContentRange range = ContentRange.of(answer.headers());
        if (range.first() != at
                || range.whole() != length
                || !same(answer.headers(), CONTENT_MD5)
                || !same(answer.headers(), HttpHeader.ETAG.asString())) {
            throw new IOException("it is another image now: " + range);
        }
    }

    private boolean same(HttpFields now, String header) {
        HttpField before = head.getField(header);
        return before == null || Objects.equals(before.getValue(), now.get(header));
    }

    private static void sleep(Duration pause) throws IOException {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    /** The service is away or busy, which may pass. */
    private static final class PassingException extends IOException {
        private static final long serialVersionUID = 1;

        PassingException(String message) {
            super(message);
        }
    }
}
