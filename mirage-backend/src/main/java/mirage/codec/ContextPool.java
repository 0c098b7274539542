package mirage.codec;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/**
 * Keeps native contexts for the next user: as many as there are processors, for more cannot work at once; what comes
 * back beyond that is closed.
 */
final class ContextPool<C extends AutoCloseable> {
    private final BlockingQueue<C> idle =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
    private final Supplier<C> maker;

    ContextPool(Supplier<C> maker) {
        this.maker = maker;
    }

    C take() {
        @Nullable C context = idle.poll();
        return context != null ? context : maker.get();
    }

    void giveBack(C context) {
        if (!idle.offer(context)) {
            try {
                context.close();
            } catch (Exception e) {
                throw new IllegalStateException("context does not close", e);
            }
        }
    }
}
