package mirage.agent.run;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.HostOrders;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.RefusedException;
import mirage.agent.hold.Held;
import mirage.agent.hold.Held.Place;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.nova.BaseDirectory;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the agent does by itself, each part of it called again and again. All but {@link #tidy} need an account of the
 * agent's own.
 */
final class Duties {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);
    private static final int MAX_NAMES = 10_000;
    private static final int UNAUTHORIZED = 401;

    private final AgentSettings settings;
    private final Facade facade;
    private final @Nullable OwnCaller account;
    private final Inventory inventory;
    private final Shelf shelf;
    private final @Nullable BaseDirectory bases;
    private final Ready ready;
    private final @Nullable Announcements announcements;
    private Set<String> unknownBefore = Set.of();
    private volatile String lastPoll = "not yet";

    Duties(
            AgentSettings settings,
            Facade facade,
            @Nullable OwnCaller account,
            Inventory inventory,
            Shelf shelf,
            @Nullable BaseDirectory bases,
            Ready ready,
            @Nullable Announcements announcements) {
        this.settings = settings;
        this.facade = facade;
        this.account = account;
        this.inventory = inventory;
        this.shelf = shelf;
        this.bases = bases;
        this.ready = ready;
        this.announcements = announcements;
    }

    /** How the last call of {@link #poll} went. */
    String lastPoll() {
        return account == null ? "no account of its own" : lastPoll;
    }

    /** Tells the service what is here, and does what it asks. */
    void poll() throws IOException {
        if (account == null) {
            return;
        }
        try {
            Caller caller = account.get();
            tryToLearnNames(caller);
            List<ImageId> removed = inventory.unconfirmed();
            HostOrders orders = facade.tell(settings.host(), inventory.images(), removed, caller);
            inventory.confirmed(removed);
            orders.revoked().forEach(this::revoke);
            lastPoll = "done";
            if (announcements != null) {
                announcements.add(orders.announced());
            }
        } catch (IOException failure) {
            lastPoll = String.valueOf(failure.getMessage());
            throw noted(failure);
        }
    }

    /** What is revoked does not wait for names. */
    private void tryToLearnNames(Caller caller) {
        try {
            learnNames(caller);
        } catch (IOException failure) {
            LOG.warn("bases of Nova's stay unknown: {}", failure.getMessage());
        }
    }

    /** What Nova has and we have not heard of is found among all images. */
    private void learnNames(Caller caller) throws IOException {
        if (bases == null) {
            return;
        }
        bases.look();
        Set<String> unknown = bases.unknown();
        if (!unknown.isEmpty() && !unknown.equals(unknownBefore)) {
            inventory.know(facade.find("", MAX_NAMES, caller));
            bases.look();
            unknownBefore = bases.unknown();
        }
    }

    private void revoke(ImageId image) {
        if (announcements != null) {
            announcements.remove(image);
        }
        try {
            for (ImageView view : ImageView.values()) {
                Held held = inventory.onShelf(image, view);
                if (held != null) {
                    shelf.remove(held);
                }
            }
            if (bases == null || bases.remove(image)) {
                inventory.removedRevoked(image);
                LOG.warn("image {} is revoked, and gone from this host", image);
            } else {
                LOG.warn("image {} is revoked, and Nova is about it: trying again", image);
            }
        } catch (IOException failure) {
            LOG.error("image {} is revoked and cannot be removed", image, failure);
        }
    }

    /** Makes ready what is in the options. */
    void pull() throws IOException {
        if (account != null && !settings.pull().isEmpty()) {
            pull(settings.pull());
        }
    }

    /**
     * Makes images ready, downloading them when it must be.
     *
     * @param words as {@link PullList} reads them
     * @return what became of each
     */
    Map<String, String> pull(List<String> words) throws IOException {
        if (account == null) {
            throw new IOException("pulling needs an account of the agent's own: [service]");
        }
        Map<String, String> results = new LinkedHashMap<>();
        try {
            Caller caller = account.get();
            for (String word : words) {
                try {
                    for (ImageId image : PullList.of(List.of(word), facade, caller)) {
                        results.put(image.value(), pull(image, caller));
                    }
                } catch (RefusedException refused) {
                    throw refused;
                } catch (IOException failure) {
                    results.put(word, "failed: " + failure.getMessage());
                }
            }
        } catch (IOException failure) {
            throw noted(failure);
        }
        return results;
    }

    private String pull(ImageId image, Caller caller) {
        try {
            return switch (ready.make(image, caller, true)) {
                case THERE -> "was ready";
                case DONE -> "ready";
                case BUSY -> "failed: Nova is fetching it";
                case REVOKED -> "failed: it was revoked";
                case UNSUITABLE -> "failed: its disk looks like something else";
            };
        } catch (IOException failure) {
            return "failed: " + failure.getMessage();
        }
    }

    /** Removes from the shelf what Nova has. */
    void tidy() throws IOException {
        if (bases == null) {
            return;
        }
        for (Held held : inventory.all()) {
            if (held.place() == Place.SHELF
                    && held.view() == ImageView.DISK
                    && bases.has(held.image())) {
                inventory.know(List.of(held.image()));
                bases.look();
                shelf.remove(held);
            }
        }
    }

    private IOException noted(IOException failure) {
        if (account != null
                && failure instanceof RefusedException refused
                && refused.status() == UNAUTHORIZED) {
            account.forget();
        }
        return failure;
    }
}
