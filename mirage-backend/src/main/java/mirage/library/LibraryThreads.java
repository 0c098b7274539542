package mirage.library;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Every thread of a library: those that read frames, those that name chunks, those that take uploads apart, and those
 * that look after the rest.
 */
final class LibraryThreads implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LibraryThreads.class);
    private static final long STOP_SECONDS = 60;

    private final int workerCount = Runtime.getRuntime().availableProcessors();
    private final ExecutorService readers =
            Executors.newFixedThreadPool(workerCount + 1, named("reader"));
    private final ExecutorService workers =
            Executors.newFixedThreadPool(workerCount, named("worker"));
    private final ExecutorService structurers;
    private final Semaphore structuring;

    private final ScheduledExecutorService background =
            Executors.newSingleThreadScheduledExecutor(named("background"));

    LibraryThreads(int structurers) {
        this.structurers = Executors.newFixedThreadPool(structurers, named("structurer"));
        this.structuring = new Semaphore(structurers);
    }

    Executor readers() {
        return readers;
    }

    ExecutorService workers() {
        return workers;
    }

    int workerCount() {
        return workerCount;
    }

    /** Work that gives a value or fails. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Work on an image that may fail. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    /** Takes an upload apart on the calling thread, when fewer than the limit are being taken apart. */
    <T> T structureNow(Work<T> work) throws IOException {
        try {
            structuring.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to take an upload apart");
        }
        try {
            return work.run();
        } finally {
            structuring.release();
        }
    }

    /**
     * Takes an upload apart in the background. What fails is served from its spool and tried again at a start.
     *
     * @param held what the task works on, closed with it, also when it does not get to run
     */
    void structureLater(ImageId image, Closeable held, Task task) {
        Job job = new Job(image, held, task);
        try {
            structurers.execute(job);
        } catch (RejectedExecutionException e) {
            job.giveUp();
        }
    }

    /** Does something again and again, each time after a pause; what fails is done again the next time. */
    void repeat(String what, Duration every, Task task) {
        background.scheduleWithFixedDelay(
                () -> runInBackground(what, task),
                every.toNanos(),
                every.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Does something once, soon. */
    void soon(String what, Task task) {
        try {
            background.execute(() -> runInBackground(what, task));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} comes too late, the library is being closed", what, e);
        }
    }

    private void runInBackground(String what, Task task) {
        try {
            task.run();
        } catch (IOException | RuntimeException e) {
            if (!background.isShutdown()) {
                LOG.error("{} failed, and is tried again", what, e);
            }
        }
    }

    private final class Job implements Runnable {
        private final ImageId image;
        private final Closeable held;
        private final Task task;
        private final @Nullable Map<String, String> logContext = MDC.getCopyOfContextMap();

        Job(ImageId image, Closeable held, Task task) {
            this.image = image;
            this.held = held;
            this.task = task;
        }

        @Override
        public void run() {
            // Lines of the log still belong to the request that brought the image.
            MDC.setContextMap(logContext == null ? Map.of() : logContext);
            try (held) {
                task.run();
            } catch (IOException | RuntimeException e) {
                if (structurers.isShutdown()) {
                    LOG.info("image {} is taken apart at the next start", image);
                } else {
                    LOG.error("image {} stays in its spool, it could not be taken apart", image, e);
                }
            } finally {
                MDC.clear();
            }
        }

        void giveUp() {
            LOG.info("image {} is taken apart at the next start", image);
            try {
                held.close();
            } catch (IOException e) {
                LOG.warn("the spool of image {} cannot be closed", image, e);
            }
        }
    }

    @Override
    public void close() {
        background.shutdownNow();
        await(background);
        for (Runnable waiting : structurers.shutdownNow()) {
            ((Job) waiting).giveUp();
        }
        await(structurers);
        workers.shutdown();
        readers.shutdown();
        await(workers);
        await(readers);
    }

    private static void await(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("threads of the library still run after {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String name) {
        return Thread.ofPlatform().daemon().name("mirage-" + name + "-", 0).factory();
    }
}
