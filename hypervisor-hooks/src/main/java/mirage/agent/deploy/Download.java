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

    /** So many times in a row the connection may bring nothing. */
    private static final int MAX_FRUITLESS = 8;

    /** So many times in a row the service may fail: it tries anew each time, mostly in vain. */
    private static final int MAX_FAILURES = 3;

    private final ImageService service;
    private final Bandwidth bandwidth;
    private final Measures measures;

    Download(ImageService service, Bandwidth bandwidth, Measures measures) {
        this.service = service;
        this.bandwidth = bandwidth;
        this.measures = measures;
    }

    /**
     * What is to be brought.
     *
     * @param most bytes that it may have
     * @param anew whether it is to be made anew, since what came before was damaged
     */
    record Wanted(String target, HttpFields headers, long most, boolean anew) {}

    /**
     * Brings it. A service that says when to ask again is asked again until the deadline, one that fails a few times.
     *
     * @return how many bytes it has
     * @throws TooGreatException when it has more than it may
     * @throws NotWrittenException when the file cannot be written
     */
    long fetch(Wanted wanted, Path file, Deadline deadline) throws IOException {
        try (FileChannel out = create(file)) {
            Progress progress = new Progress(out, wanted.most);
            Duration pause = FIRST_PAUSE;
            int fruitless = 0;
            int failures = 0;
            while (!progress.complete()) {
                deadline.check();
                long before = progress.at;
                Pause busy = attempt(wanted, progress, deadline);
                if (progress.complete()) {
                    break;
                }
                if (busy != null) {
                    failures = busy.status == 0 ? 0 : failures + 1;
                    if (failures == MAX_FAILURES) {
                        throw new RefusedException(wanted.target, busy.status);
                    }
                    deadline.sleep(busy.time);
                    continue;
                }
                fruitless = progress.at > before ? 0 : fruitless + 1;
                failures = progress.at > before ? 0 : failures;
                if (fruitless == MAX_FRUITLESS) {
                    throw new IOException(wanted.target + ": the connection broke too often");
                }
                pause = fruitless == 0 ? FIRST_PAUSE : longer(pause);
                deadline.sleep(pause);
            }
            return progress.at;
        }
    }

    private static FileChannel create(Path file) throws NotWrittenException {
        try {
            return FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException failure) {
            throw new NotWrittenException(failure);
        }
    }

    /**
     * How long to wait before the service is asked again.
     *
     * @param status that it failed with, 0 when it said that waiting helps
     */
    private record Pause(Duration time, int status) {}

    /** Goes on until the connection breaks; gives how long to wait when the service is busy or fails. */
    private @Nullable Pause attempt(Wanted wanted, Progress progress, Deadline deadline)
            throws IOException {
        Answer answer;
        try {
            answer = service.send(Asked.get(wanted.target, headers(wanted, progress)));
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException failure) {
            LOG.info("at {}: {}", progress.at, failure.getMessage());
            return null;
        }
        try (answer) {
            if (answer.status() == 503 && answer.headers().contains(HttpHeader.RETRY_AFTER)) {
                return new Pause(retryAfter(answer), 0);
            }
            if (answer.status() >= 500) {
                return new Pause(BUSY_PAUSE, answer.status());
            }
            progress.begin(wanted.target, answer);
            receive(answer, progress, deadline);
            return null;
        }
    }

    private static HttpFields headers(Wanted wanted, Progress progress) {
        HttpFields.Mutable headers = HttpFields.build(wanted.headers);
        if (wanted.anew && progress.length < 0) {
            headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
        }
        if (progress.at > 0) {
            headers.put(HttpHeader.RANGE, "bytes=" + progress.at + "-");
            if (progress.etag != null) {
                headers.put(HttpHeader.IF_RANGE, progress.etag);
            }
        }
        return headers;
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
            deadline.moved();
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
                truncate();
                if (length < 0) {
                    throw new IOException(target + ": a length expected, found none");
                }
                if (length > most) {
                    throw new TooGreatException(target, most, length);
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
            try {
                while (bytes.hasRemaining()) {
                    at += out.write(bytes, at);
                }
            } catch (IOException failure) {
                throw new NotWrittenException(failure);
            }
        }

        private void truncate() throws NotWrittenException {
            try {
                out.truncate(0);
            } catch (IOException failure) {
                throw new NotWrittenException(failure);
            }
        }
    }
}
