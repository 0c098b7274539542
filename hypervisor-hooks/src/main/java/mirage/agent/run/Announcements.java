package mirage.agent.run;

import mirage.agent.build.CannotMakeException;
import mirage.agent.deploy.HostOrders.Announcement;
import mirage.agent.deploy.RefusedException;
import mirage.agent.hold.Inventory;
import mirage.agent.measure.Measures.Cause;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * New images that the service told of. They are made ready one after the other, and never in the way of its orders: what
 * is revoked does not wait for them. The service tells of each only once, so what it cannot give yet is tried again for
 * a while.
 */
final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    /** So many may wait; who has more to bring has a pull list. */
    private static final int MOST = 100;

    /** For so long one is tried again. Taking a large image apart takes minutes. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private static final int UNAUTHORIZED = 401;

    /** The service has the image, and is not done with it. */
    private static final int NOT_YET = 409;

    private final Ready ready;
    private final Inventory inventory;
    private final OwnCaller account;
    private final Duration pause;
    private final Map<ImageId, Waiting> waiting = new LinkedHashMap<>();

    /** By a clock that nobody sets. */
    private record Waiting(Announcement announced, long since, long notBefore) {
        boolean isDue() {
            return System.nanoTime() - notBefore >= 0;
        }

        boolean isTooOld() {
            return System.nanoTime() - since > PATIENCE.toNanos();
        }

        Waiting after(Duration pause) {
            return new Waiting(announced, since, System.nanoTime() + pause.toNanos());
        }
    }

    /**
     * @param pause before one is tried again
     */
    Announcements(Ready ready, Inventory inventory, OwnCaller account, Duration pause) {
        this.ready = ready;
        this.inventory = inventory;
        this.account = account;
        this.pause = pause;
    }

    /** Takes in what was announced; returns at once. */
    synchronized void add(List<Announcement> announced) {
        for (Announcement one : announced) {
            if (waiting.size() == MOST && !waiting.containsKey(one.image())) {
                LOG.warn("image {} is not made ready: {} are waiting", one.image(), MOST);
            } else {
                long now = System.nanoTime();
                waiting.putIfAbsent(one.image(), new Waiting(one, now, now));
            }
        }
    }

    /** It is not wanted any more. */
    synchronized void remove(ImageId image) {
        waiting.remove(image);
    }

    /** Makes ready what is due. */
    void work() {
        Waiting next = due();
        while (next != null && !Thread.currentThread().isInterrupted()) {
            ended(next, prepare(next.announced()));
            next = due();
        }
    }

    private synchronized @Nullable Waiting due() {
        return waiting.values().stream().filter(Waiting::isDue).findFirst().orElse(null);
    }

    private synchronized void ended(Waiting one, boolean again) {
        ImageId image = one.announced().image();
        if (!again) {
            waiting.remove(image);
        } else if (one.isTooOld()) {
            LOG.warn("image {} is not made ready, for {}: given up", image, PATIENCE);
            waiting.remove(image);
        } else {
            waiting.computeIfPresent(image, (_, _) -> one.after(pause));
        }
    }

    /** Makes one ready; gives whether it is worth another try. */
    private boolean prepare(Announcement announced) {
        ImageId image = announced.image();
        if (inventory.wasDropped(image)) {
            LOG.info("image {}: Nova removed it before, it is not brought back", image);
            return false;
        }
        try {
            Ready.Result result = ready.make(image, account.get(), false);
            LOG.info("image {}, near to {}: {}", image, announced.near(), result);
            return false;
        } catch (CannotMakeException told) {
            LOG.info("image {} is not made ready: {}", image, told.getMessage());
            return isPassing(told);
        } catch (IOException failure) {
            LOG.warn("image {} is not made ready: {}", image, failure.toString());
            return false;
        }
    }

    /** Whether it may be otherwise soon. */
    private boolean isPassing(CannotMakeException told) {
        int status = told.getCause() instanceof RefusedException refused ? refused.status() : 0;
        if (status == UNAUTHORIZED) {
            account.forget();
        }
        return status == NOT_YET || status == UNAUTHORIZED || told.why() == Cause.SERVICE;
    }
}
