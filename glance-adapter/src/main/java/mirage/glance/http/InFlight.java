package mirage.glance.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts requests under way, and lets a stop wait for them until it is told to hurry. */
final class InFlight {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int count;
    private boolean hurried;

    void enter() {
        lock.lock();
        try {
            count++;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            count--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the waits of {@link #pause} and {@link #awaitNone}, and those that come. */
    void hurry() {
        lock.lock();
        try {
            hurried = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits that long, whatever is under way, unless hurried. */
    void pause(Duration time) throws InterruptedException {
        await(time, false);
    }

    /**
     * Waits until nothing is under way, unless hurried.
     *
     * @return whether nothing is
     */
    boolean awaitNone(Duration most) throws InterruptedException {
        return await(most, true);
    }

    private boolean await(Duration most, boolean untilNone) throws InterruptedException {
        long left = most.toNanos();
        lock.lock();
        try {
            while (!hurried && left > 0 && !(untilNone && count == 0)) {
                left = changed.awaitNanos(left);
            }
            return count == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is under way, hurried or not. */
    boolean awaitAborted(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        lock.lock();
        try {
            while (count > 0 && System.nanoTime() - end < 0) {
                changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            return count == 0;
        } finally {
            lock.unlock();
        }
    }
}
