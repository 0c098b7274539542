package mirage.bytes;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for what is known of images while they are taken apart: the names and places of their files. How much that is
 * has little to do with how large an image is, so that a few small hostile ones could fill the heap.
 *
 * <p>One part is for all images at once, and enough for most. An image that finds it used up takes a turn with the other,
 * larger part: one image at a time, in the order in which they ask. One that waits keeps what it has; the one whose turn it
 * is needs nothing of it, so turns end. What an image may have at the most never depends on the others: only when it has
 * it. Safe for use by many threads.
 */
public final class MemoryPool {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryPool.class);

    /** Of the heap: one in so many bytes. What is counted are estimates, and there is other work to do. */
    private static final int SHARED_PART = 8;

    private static final int TURN_PART = 2;

    private static final MemoryPool OF_HEAP =
            new MemoryPool(
                    Runtime.getRuntime().maxMemory() / SHARED_PART,
                    Runtime.getRuntime().maxMemory() / TURN_PART);

    private static final Share UNLIMITED = new MemoryPool(0, Long.MAX_VALUE).open();

    /** Taken from the shared part at once, as files ask for some hundred bytes each. */
    private static final int STEP_BYTES = 1 << 16;

    private final AtomicLong shared;
    private final long turnBytes;
    private final Semaphore turn = new Semaphore(1, true);

    /**
     * @param sharedBytes for all images at once
     * @param turnBytes for one image, when it is its turn: the most that any image may have
     */
    public MemoryPool(long sharedBytes, long turnBytes) {
        this.shared = new AtomicLong(sharedBytes);
        this.turnBytes = turnBytes;
    }

    /** Of this process. */
    public static MemoryPool ofHeap() {
        return OF_HEAP;
    }

    /** For who reads what he trusts, or is bounded elsewhere. Safe for use by many threads. */
    public static Share unlimited() {
        return UNLIMITED;
    }

    /** Nothing yet, for one image. Whoever has one open must not open another: it could wait for its own turn. */
    public Share open() {
        return new Share();
    }

    /** How many images wait for their turn, about. */
    public int waiting() {
        return turn.getQueueLength();
    }

    private boolean takeShared(long bytes) {
        return shared.getAndUpdate(left -> left < bytes ? left : left - bytes) >= bytes;
    }

    /** A part of the work on an image. */
    @FunctionalInterface
    public interface Part extends AutoCloseable {
        @Override
        void close();
    }

    /** What one image has. For one thread. */
    public final class Share implements Closeable {
        private long taken;

        /** Of the shared part; nothing during the turn. */
        private long reserved;

        private boolean hasTurn;

        private Share() {}

        /**
         * Takes memory, perhaps after waiting for a turn: not to be called on a thread that the work of other images
         * needs.
         *
         * @return whether there was enough of what one image may have; otherwise nothing is taken
         */
        public boolean take(long bytes) throws InterruptedIOException {
            if (turnBytes == Long.MAX_VALUE) {
                return true;
            }
            if (bytes > turnBytes - taken) {
                return false;
            }
            if (!hasTurn && !reserve(taken + bytes)) {
                awaitTurn();
            }
            taken += bytes;
            return true;
        }

        /** Gives back some of what was taken. */
        public void giveBack(long bytes) {
            if (turnBytes < Long.MAX_VALUE) {
                taken -= bytes;
            }
        }

        /** Begins a part of the work: what it takes is given back when that is closed. */
        public Part part() {
            long before = taken;
            return () -> taken = before;
        }

        private boolean reserve(long bytes) {
            long missing = bytes - reserved;
            if (missing <= 0) {
                return true;
            }
            long step = Math.max(missing, STEP_BYTES);
            if (takeShared(step)) {
                reserved += step;
                return true;
            }
            if (takeShared(missing)) {
                reserved += missing;
                return true;
            }
            return false;
        }

        private void awaitTurn() throws InterruptedIOException {
            try {
                if (!turn.tryAcquire()) {
                    LOG.info("an image with very many files waits for another one to be stored");
                    turn.acquire();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for memory");
            }
            hasTurn = true;
            giveUpReserved();
        }

        private void giveUpReserved() {
            shared.addAndGet(reserved);
            reserved = 0;
        }

        @Override
        public void close() {
            giveUpReserved();
            taken = 0;
            if (hasTurn) {
                hasTurn = false;
                turn.release();
            }
        }
    }
}
