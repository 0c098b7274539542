package mirage.agent.fleet;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network that is not there, with a clock of its own. One origin sends to many hosts. What the origin's link carries is
 * shared evenly among the transfers under way, and none gets more than a host's link carries; what that leaves of the
 * origin's link is lost to nobody, as all hosts have the same. There is no packet, no loss and no slow start: a transfer
 * takes its latency and then its bytes at its share.
 *
 * <p>Whoever takes part is at work, which takes no time here, or waits for time to pass. The clock goes on when nobody is at
 * work: to the moment at which the first of those who wait has what it waits for.
 */
final class VirtualNetwork {
    /** Of a share of time or bytes: what is left by rounding. */
    private static final double ROUNDING = 1e-9;

    private final double originRate;
    private final double hostRate;
    private final double latency;
    private final List<Waiting> waiting = new ArrayList<>();
    private int atWork;
    private double now;
    private long sent;

    /** Somebody who waits for bytes, or for time to pass. */
    private static final class Waiting {
        private final boolean forBytes;
        private double left;
        private boolean over;

        Waiting(boolean forBytes, double left) {
            this.forBytes = forBytes;
            this.left = left;
        }
    }

    /**
     * @param originRate bytes per second of the origin's link
     * @param hostRate bytes per second of each host's link
     * @param latency seconds from a request to the first byte of its answer
     */
    VirtualNetwork(double originRate, double hostRate, double latency) {
        if (!(originRate > 0) || !(hostRate > 0) || !(latency >= 0)) {
            throw new IllegalArgumentException(
                    "rates " + originRate + " and " + hostRate + ", latency " + latency);
        }
        this.originRate = originRate;
        this.hostRate = hostRate;
        this.latency = latency;
    }

    /** So many begin to take part, at work. */
    synchronized void enter(int many) {
        atWork += many;
    }

    /** One of them has ended. */
    synchronized void leave() {
        atWork--;
        goOn();
    }

    /** Seconds since the start. */
    synchronized double now() {
        return now;
    }

    /** Bytes that the origin has sent. */
    synchronized long sent() {
        return sent;
    }

    /** Brings bytes from the origin to a host. */
    void transfer(long bytes) throws InterruptedIOException {
        pass(latency);
        await(new Waiting(true, bytes));
        synchronized (this) {
            sent += bytes;
        }
    }

    /** Lets time pass. */
    void pass(double seconds) throws InterruptedIOException {
        await(new Waiting(false, seconds));
    }

    /** Lets time pass until a moment, none when that was. */
    void passUntil(double moment) throws InterruptedIOException {
        pass(Math.max(0, moment - now()));
    }

    private synchronized void await(Waiting one) throws InterruptedIOException {
        waiting.add(one);
        atWork--;
        goOn();
        while (!one.over) {
            try {
                wait();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped");
            }
        }
    }

    private void goOn() {
        if (atWork > 0 || waiting.isEmpty()) {
            return;
        }
        long transfers = waiting.stream().filter(one -> one.forBytes).count();
        double rate = transfers == 0 ? 0 : Math.min(hostRate, originRate / transfers);
        double step =
                waiting.stream()
                        .mapToDouble(one -> one.forBytes ? one.left / rate : one.left)
                        .min()
                        .orElseThrow();
        now += step;
        for (Waiting one : List.copyOf(waiting)) {
            double passed = one.forBytes ? step * rate : step;
            one.left -= passed;
            if (one.left <= ROUNDING * (passed + 1)) {
                one.over = true;
                waiting.remove(one);
                atWork++;
            }
        }
        notifyAll();
    }
}
