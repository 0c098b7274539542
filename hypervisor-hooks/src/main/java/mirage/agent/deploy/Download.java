package mirage.agent.deploy;

import mirage.agent.measure.Measures;
import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ContentRange;
import mirage.agent.wire.ImageService;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;

/**
 * Brings something into a file, by as many requests as it takes. The rest is asked for with {@code If-Range}: what
 * changed meanwhile comes from its start.
 */
final class Download {
    private static final Logger LOG = LoggerFactory.getLogger(Download.class);
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);
    private static final long MAX_RETRY_AFTER_SECONDS = 30;

    /** So many times in a row nothing may come; the deadline bounds the rest. */
    private static final int MAX_FRUITLESS = 8;

    private final ImageService service;
    private final Bandwidth bandwidth;
    private final Measures measures;

    Download(ImageService service, Bandwidth bandwidth, Measures measures) {
        this.service = service;
        this.bandwidth = bandwidth;
        this.measures = measures;
    }

    /**
     * Brings it.
     *
     * @param most bytes that it may have
     * @return how many it has
     */
    long fetch(String target, HttpFields headers, Path file, long most, Deadline deadline)
            throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            Progress progress = new Progress(out, most);
            Duration pause = FIRST_PAUSE;
            for (int fruitless = 0; !progress.complete(); ) {
                deadline.check();
                long before = progress.at;
                Duration busy = attempt(target, headers, progress, deadline);
                if (progress.complete()) {
                    break;
                }
                if (busy != null) {
                    deadline.sleep(busy);
                    continue;
                }
                fruitless = progress.at > before ? 0 : fruitless + 1;
                if (fruitless == MAX_FRUITLESS) {
                    throw new IOException(target + ": the connection broke too often");
                }
                pause = fruitless == 0 ? FIRST_PAUSE : longer(pause);
                deadline.sleep(pause);
            }
            return progress.at;
        }
    }

    /** Goes on until the connection breaks; gives how long to wait when the service is busy. */
    private @Nullable Duration attempt(
            String target, HttpFields headers, Progress progress, Deadline deadline)
            throws IOException {
        HttpFields.Mutable asked = HttpFields.build(headers);
        if (progress.at > 0) {
            asked.put(HttpHeader.RANGE, "bytes=" + progress.at + "-");
            if (progress.etag != null) {
                asked.put(HttpHeader.IF_RANGE, progress.etag);
            }
        }
        Answer answer;
        try {
            answer = service.send(Asked.get(target, asked));
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException failure) {
            LOG.info("at {}: {}", progress.at, failure.getMessage());
            return null;
        }
        try (answer) {
            if (answer.status() == 503) {
                return retryAfter(answer);
            }
            if (answer.status() >= 500) {
                return BUSY_PAUSE;
            }
            progress.begin(target, answer);
            receive(answer, progress, deadline);
            return null;
        }
    }

    private void receive(Answer answer, Progress progress, Deadline deadline) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (!progress.complete()) {
            deadline.check();
            int read;
            try {
                read = answer.body().read(buffer);
            } catch (InterruptedIOException stopped) {
                Thread.currentThread().interrupt();
                throw stopped;
            } catch (IOException broken) {
                LOG.info("broke at {}: {}", progress.at, broken.toString());
                return;
            }
            if (read < 0) {
                return;
            }
            measures.fetched(read);
            progress.write(ByteBuffer.wrap(buffer, 0, read));
            bandwidth.take(read);
        }
    }

    private static Duration retryAfter(Answer answer) {
        long seconds;
        try {
            seconds = answer.headers().getLongField(HttpHeader.RETRY_AFTER);
        } catch (NumberFormatException date) {
            return BUSY_PAUSE;
        }
        return seconds <= 0
                ? BUSY_PAUSE
                : Duration.ofSeconds(Math.min(seconds, MAX_RETRY_AFTER_SECONDS));
    }

    private static Duration longer(Duration pause) {
        Duration longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    /** How far it is. */
    private static final class Progress {
        private final FileChannel out;
        private final long most;
        private long at;
        private long length = -1;
        private @Nullable String etag;

        Progress(FileChannel out, long most) {
            this.out = out;
            this.most = most;
        }

        boolean complete() {
            return at == length;
        }

        /** Takes in the head of an answer; on the whole of it begins again. */
        void begin(String target, Answer answer) throws IOException {
            if (answer.status() == 200) {
                length = answer.length();
                etag = answer.headers().get(HttpHeader.ETAG);
                at = 0;
                out.truncate(0);
                if (length < 0 || length > most) {
                    throw new IOException(
                            target + ": at most " + most + " bytes expected, found " + length);
                }
                return;
            }
            if (answer.status() != 206) {
                throw new RefusedException(target, answer.status());
            }
            ContentRange range = ContentRange.of(answer.headers());
            if (range.first() != at
                    || range.whole() != length
                    || !Objects.equals(etag, answer.headers().get(HttpHeader.ETAG))) {
                throw new IOException(
                        target + ": the rest of " + length + " from " + at + " expected, " + range);
            }
        }

        void write(ByteBuffer bytes) throws IOException {
            if (bytes.remaining() > length - at) {
                throw new IOException("more came than was declared");
            }
            while (bytes.hasRemaining()) {
                at += out.write(bytes, at);
            }
        }
    }
}
