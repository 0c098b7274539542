package mirage.ingest;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waiting for work that was split over threads. */
final class Workers {
    private Workers() {}

    /** Returns when all are done; what one of them threw is thrown here. */
    static void await(List<Future<?>> work) throws IOException {
        try {
            for (Future<?> part : work) {
                part.get();
            }
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
