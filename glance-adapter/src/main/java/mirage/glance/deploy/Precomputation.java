package mirage.glance.deploy;

import mirage.catalog.ImageId;
import mirage.deploy.Deployment;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.record.Hosts;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.Visibility;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.library.ImageView;
import mirage.library.StoredImage;
import mirage.library.View;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes deltas that are likely to be asked for: to each image that becomes active, between disks, from the two images that
 * it is probably nearest to, and from the one that it is most alike by its files, of those that its owner sees. One at a
 * time, when nobody waits for another. What is to be made when the process ends is made when it is asked for.
 */
public final class Precomputation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Precomputation.class);
    private static final int BASES = 2;

    /** Of so many it is found out how alike they are; whose file tables cannot be read in time are not looked at. */
    private static final int POOL = 32;

    private static final Duration PATIENCE = Duration.ofHours(1);

    /** Whether it is to end is looked at so often. */
    private static final Duration STEP = Duration.ofSeconds(1);

    private final ImageRecords records;
    private final ImageStores stores;
    private final Hosts hosts;
    private final Deployables deployables;
    private final Nearness nearness;
    private final ActivatedImages activated;
    private final Thread thread;
    private volatile boolean closed;

    Precomputation(
            ImageRecords records,
            ImageStores stores,
            Hosts hosts,
            Deployables deployables,
            Nearness nearness,
            ActivatedImages activated) {
        this.records = records;
        this.stores = stores;
        this.hosts = hosts;
        this.deployables = deployables;
        this.nearness = nearness;
        this.activated = activated;
        this.thread = Thread.ofPlatform().daemon().name("deltas-ahead").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Makes it end soon. A delta that is being made is ended by closing the shelf. */
    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        while (!closed) {
            try {
                ImageId image = activated.next(STEP);
                if (image != null && !closed) {
                    make(image);
                }
            } catch (InterruptedException end) {
                return;
            } catch (IOException | RuntimeException failure) {
                if (!closed) {
                    LOG.warn("deltas of a new image are not made ahead", failure);
                }
            }
        }
    }

    private void make(ImageId id) throws IOException {
        ImageRecord image = records.find(id);
        if (image == null || !awaitStructured(image)) {
            return;
        }
        List<ImageRecord> pool =
                nearness.pool(
                        image,
                        Scopes.of(image.attributes().owner()),
                        other -> isSeenByOwner(other, image),
                        POOL);
        int probable = Math.min(BASES, pool.size());
        for (ImageRecord base : pool.subList(0, probable)) {
            makeFrom(base, image);
        }
        ImageRecord alike = mostAlike(pool.subList(probable, pool.size()), image);
        if (alike != null) {
            makeFrom(alike, image);
        }
    }

    /** Null when none has anything that helps. */
    private @Nullable ImageRecord mostAlike(List<ImageRecord> others, ImageRecord image)
            throws IOException {
        List<Place> places = deployables.placesOf(image);
        if (closed || places.isEmpty()) {
            return null;
        }
        Place target = places.getFirst();
        Map<ImageView, ImageRecord> bases = new LinkedHashMap<>();
        for (ImageRecord other : others) {
            for (Place held : deployables.placesOf(other)) {
                if (held.store().equals(target.store())) {
                    bases.putIfAbsent(held.view(View.DISK), other);
                }
            }
        }
        for (Deployment.Candidate candidate :
                target.deployment()
                        .candidates(target.view(View.DISK), List.copyOf(bases.keySet()))) {
            ImageRecord base = bases.get(candidate.base());
            if (base != null) {
                return base;
            }
        }
        return null;
    }

    private void makeFrom(ImageRecord base, ImageRecord image) {
        if (closed) {
            return;
        }
        for (Place target : deployables.placesOf(image)) {
            for (Place held : deployables.placesOf(base)) {
                if (held.store().equals(target.store())) {
                    try {
                        target.deployment().makeAhead(held.view(View.DISK), target.view(View.DISK));
                    } catch (IOException failure) {
                        LOG.info(
                                "the delta from image {} to image {} is not made ahead: {}",
                                base.id(),
                                image.id(),
                                failure.toString());
                    }
                    return;
                }
            }
        }
    }

    /** Whether it is to be deployed, and its library has taken it apart. */
    private boolean awaitStructured(ImageRecord image) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (var location : stores.inReadOrder(image, List.of())) {
            ImageStore store = stores.of(location);
            if (store instanceof LibraryStore library) {
                ImageId stored = library.imageAt(location);
                while (!closed && System.nanoTime() - end < 0) {
                    if (library.library().awaitStructured(stored, STEP).state()
                            == StoredImage.State.STRUCTURED) {
                        return !hosts.isRevoked(image.id());
                    }
                }
            }
        }
        return false;
    }

    private static boolean isSeenByOwner(ImageRecord other, ImageRecord image) {
        String owner = image.attributes().owner();
        Visibility visibility = other.attributes().visibility();
        return other.status() == ImageStatus.ACTIVE
                && (visibility == Visibility.PUBLIC
                        || visibility == Visibility.COMMUNITY
                        || owner != null && owner.equals(other.attributes().owner()));
    }
}
