package mirage.glance.identity.remote;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Sends requests that may be sent twice. Follows no redirects: tokens go where the operator said and nowhere else. Safe
 * for use by many threads, of which a fixed number is served at a time.
 */
public final class RemoteService implements AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 8 * 1024 * 1024;
    private static final int MAX_AT_ONCE = 64;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final int MAX_DOUBLINGS = 4;

    private final HttpClient client;
    private final Connection connection;
    private final Semaphore places = new Semaphore(MAX_AT_ONCE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private RemoteService(HttpClient client, Connection connection) {
        this.client = client;
        this.connection = connection;
    }

    /**
     * Connects to nothing yet.
     *
     * @throws IOException when the file of authorities cannot be used
     */
    public static RemoteService over(Connection connection) throws IOException {
        HttpClient.Builder client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(connection.timeout());
        SSLContext trust = Trust.of(connection);
        if (trust != null) {
            client.sslContext(trust);
        }
        return new RemoteService(client.build(), connection);
    }

    /**
     * Sends a request and waits for its answer, whatever the status.
     *
     * @throws IOException when there is none in time, or it is larger than 8 MiB; names the address
     */
    public HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        for (int tried = 0; ; tried++) {
            try {
                return sendOnce(request);
            } catch (IOException failure) {
                if (tried >= connection.retries() || !mayPass(failure)) {
                    throw new IOException(
                            request.method() + " " + placeOf(request) + ": " + failure, failure);
                }
            }
            pause(FIRST_PAUSE.multipliedBy(1L << Math.min(tried, MAX_DOUBLINGS)));
        }
    }

    private HttpResponse<byte[]> sendOnce(HttpRequest request) throws IOException {
        long end = System.nanoTime() + connection.timeout().toNanos();
        try {
            if (!places.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new HttpTimeoutException("too many requests wait for answers");
            }
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
        Future<HttpResponse<byte[]>> answer = null;
        try {
            answer = threads.submit(() -> exchange(request));
            return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(failure.getCause());
        } catch (TimeoutException late) {
            throw new HttpTimeoutException("no answer in " + connection.timeout());
        } catch (RejectedExecutionException closed) {
            throw new InterruptedIOException("the service stops");
        } catch (InterruptedException interrupted) {
            throw interrupted();
        } finally {
            if (answer != null) {
                answer.cancel(true);
            }
            places.release();
        }
    }

    /**
     * On a thread of its own, to be given up when it takes too long. The client's own limit of time ends with the head of
     * an answer on this Java, and its asynchronous way ends on the pool that everybody shares.
     */
    private HttpResponse<byte[]> exchange(HttpRequest request)
            throws IOException, InterruptedException {
        return client.send(
                request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    }

    private static boolean mayPass(IOException failure) {
        return failure instanceof HttpConnectTimeoutException
                || !(failure instanceof HttpTimeoutException
                        || failure instanceof SSLException
                        || failure instanceof InterruptedIOException);
    }

    /** Without the query: it is nobody's business in a log. */
    private static String placeOf(HttpRequest request) {
        String uri = request.uri().toString();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static void pause(Duration duration) throws IOException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the service stops");
    }

    /** Drops what is in flight. */
    @Override
    public void close() {
        threads.shutdownNow();
        client.shutdownNow();
    }
}
