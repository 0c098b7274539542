package mirage.deploy;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Files that take seconds to make and are asked for again, such as deltas: made once however many ask at the same time,
 * a few at a time, and kept in a directory within a budget. Those that nobody used for longest go first.
 *
 * <p>Several processes may share the directory; each makes what it does not find. All of it can be lost at any time: it
 * is made again. Safe for use by many threads.
 */
public final class Shelf implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);

    /** What many find damaged at once is made anew once. */
    private static final Duration NEW = Duration.ofMinutes(1);

    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(10);

    /** What is open may have been removed before it was opened, as often as the budget is too small for all that is used. */
    private static final int ATTEMPTS = 3;

    private final ShelfDirectory directory;
    private final ShelfSettings settings;
    private final Clock clock;
    private final ThreadPoolExecutor makers;
    private final Map<ShelfName, CompletableFuture<Void>> making = new ConcurrentHashMap<>();
    private final AtomicLong jobs = new AtomicLong();
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();
    private volatile boolean closed;

    /** Makes the content of a file. */
    @FunctionalInterface
    public interface Making {
        /**
         * Writes the content.
         *
         * @param scratch an empty file for its own use, which vanishes
         * @param content stays open
         * @param stopped true when it is to end soon, by an exception
         */
        void make(FileChannel scratch, WritableByteChannel content, BooleanSupplier stopped)
                throws IOException;
    }

    /** Who waits for it: those asked for come before those made ahead. */
    private enum Urgency {
        ASKED,
        AHEAD
    }

    private record Job(Urgency urgency, long number, Runnable work)
            implements Runnable, Comparable<Job> {
        @Override
        public void run() {
            work.run();
        }

        @Override
        public int compareTo(Job other) {
            int order = urgency.compareTo(other.urgency);
            return order == 0 ? Long.compare(number, other.number) : order;
        }
    }

    private Shelf(ShelfDirectory directory, ShelfSettings settings, Clock clock) {
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.makers =
                new ThreadPoolExecutor(
                        settings.makers(),
                        settings.makers(),
                        0,
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("delta-maker-", 0).factory());
    }

    /** Opens a shelf, making its directory and removing what a process that was ended left half-made. */
    public static Shelf open(Path directory, ShelfSettings settings, Clock clock)
            throws IOException {
        return new Shelf(ShelfDirectory.open(directory), settings, clock);
    }

    /**
     * Opens a file, which is made when it is not here.
     *
     * @param anew whether it is to be made also when it is here: it was found to be damaged
     * @throws ShelfBusyException when it is not made in time; it may be later, without being asked for again
     * @throws IOException what the making threw
     */
    public ShelvedFile get(ShelfName name, Making how, boolean anew) throws IOException {
        ShelvedFile here = directory.find(name);
        if (here != null && anew && !isNew(here)) {
            here.close();
            here = null;
        }
        (here != null ? hits : misses).incrementAndGet();
        for (int attempt = 0; here == null && attempt < ATTEMPTS; attempt++) {
            await(name, begin(name, how, Urgency.ASKED));
            here = directory.find(name);
        }
        if (here == null) {
            throw new ShelfBusyException(name);
        }
        directory.touch(name, clock.instant());
        return here;
    }

    /** Length of a file's content, when it is here. */
    public OptionalLong length(ShelfName name) throws IOException {
        return directory.length(name);
    }

    /**
     * Makes a file that is not here, when nobody waits for another one. Returns when it is made, or is not to be.
     *
     * @throws IOException what the making threw
     */
    public void makeAhead(ShelfName name, Making how) throws IOException {
        if (directory.length(name).isEmpty()) {
            try {
                begin(name, how, Urgency.AHEAD).get();
            } catch (ExecutionException failure) {
                throw causeOf(failure);
            } catch (InterruptedException interrupted) {
                throw interruptedWaitingFor(name);
            }
        }
    }

    /** How many files this process made. */
    public long made() {
        return made.get();
    }

    /** How often a file was here when it was asked for. */
    public long hits() {
        return hits.get();
    }

    /** How often it was not. */
    public long misses() {
        return misses.get();
    }

    /** What all files take, in bytes. */
    public long bytes() throws IOException {
        return directory.bytes();
    }

    /** Ends what is being made. */
    @Override
    public void close() {
        closed = true;
        makers.shutdown();
        try {
            if (!makers.awaitTermination(PATIENCE_AT_END.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("a delta is still being made");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The making that is under way, or a new one. */
    private CompletableFuture<Void> begin(ShelfName name, Making how, Urgency urgency)
            throws IOException {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before = making.putIfAbsent(name, mine);
        if (before != null) {
            return before;
        }
        boolean begun = false;
        try {
            if (closed || makers.getQueue().size() > settings.mostWaiting()) {
                throw new ShelfBusyException(name);
            }
            makers.execute(new Job(urgency, jobs.incrementAndGet(), () -> make(name, how, mine)));
            begun = true;
        } finally {
            if (!begun) {
                making.remove(name);
                mine.completeExceptionally(new ShelfBusyException(name));
            }
        }
        return mine;
    }

    private void make(ShelfName name, Making how, CompletableFuture<Void> done) {
        @Nullable Throwable failure = null;
        try {
            if (closed) {
                throw new ShelfBusyException(name);
            }
            directory.add(name, how, clock, () -> closed);
            made.incrementAndGet();
            shrink(name);
        } catch (IOException | RuntimeException thrown) {
            failure = thrown;
        } catch (Error thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            making.remove(name);
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        }
    }

    private void shrink(ShelfName kept) {
        try {
            directory.shrink(settings.budgetBytes(), kept);
        } catch (IOException failure) {
            LOG.warn("the shelf takes more than its budget", failure);
        }
    }

    private void await(ShelfName name, CompletableFuture<Void> done) throws IOException {
        try {
            done.get(settings.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new ShelfBusyException(name);
        } catch (ExecutionException failure) {
            throw causeOf(failure);
        } catch (InterruptedException interrupted) {
            throw interruptedWaitingFor(name);
        }
    }

    private boolean isNew(ShelvedFile file) {
        Instant now = clock.instant();
        return !file.madeAt().isAfter(now) && file.madeAt().plus(NEW).isAfter(now);
    }

    /** As it is: who catches it tells what may be tried again. */
    private static IOException causeOf(ExecutionException failure) {
        return failure.getCause() instanceof IOException cause
                ? cause
                : new IOException("it cannot be made", failure.getCause());
    }

    private static InterruptedIOException interruptedWaitingFor(ShelfName name) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for " + name);
    }
}
