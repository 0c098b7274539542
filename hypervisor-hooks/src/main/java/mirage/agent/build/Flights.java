package mirage.agent.build;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work that is done once for all who want its result at the same time. */
final class Flights<K, V> {
    private final Map<K, CompletableFuture<V>> flights = new ConcurrentHashMap<>();
    private final Executor executor;

    Flights(Executor executor) {
        this.executor = executor;
    }

    /** The work. */
    interface Work<V> {
        V run() throws IOException;
    }

    /**
     * The result of the work under way, or of this.
     *
     * @throws TimeoutException when it is not there in time; the work goes on
     */
    V join(K key, Work<V> work, Duration atMost) throws IOException, TimeoutException {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> flight = flights.putIfAbsent(key, mine);
        if (flight == null) {
            flight = mine;
            executor.execute(() -> run(key, work, mine));
        }
        try {
            return flight.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof CannotMakeException cannot) {
                throw cannot;
            }
            throw new IOException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    int underWay() {
        return flights.size();
    }

    private void run(K key, Work<V> work, CompletableFuture<V> result) {
        try {
            V value = work.run();
            flights.remove(key);
            result.complete(value);
        } catch (IOException | RuntimeException | Error failure) {
            flights.remove(key);
            result.completeExceptionally(failure);
        }
    }
}
