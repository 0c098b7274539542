package mirage.ingest;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waiting for work that was split over threads. */
final class Workers {
    private Workers() {}

    /** Returns when all are done; what one of them threw is thrown here. */
    static void await(List<Future<?>> work) throws IOException {
        results(work);
    }

    /** What each gave, when all are done; what one of them threw is thrown here. */
    static <T> List<T> results(List<? extends Future<? extends T>> work) throws IOException {
        List<T> results = new ArrayList<>(work.size());
        try {
            for (Future<? extends T> part : work) {
                results.add(part.get());
            }
            return results;
        } catch (InterruptedException e) {
            work.forEach(part -> part.cancel(true));
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while taking an image apart");
        } catch (ExecutionException e) {
            work.forEach(part -> part.cancel(true));
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
