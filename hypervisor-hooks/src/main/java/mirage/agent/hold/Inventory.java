package mirage.agent.hold;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held.Key;
import mirage.agent.hold.Held.Place;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What this host holds. Every change is on disk before the method returns; the order in which things were used is not.
 * Safe for use by many threads.
 */
public final class Inventory {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);
    private static final int MAX_NAMES = 10_000;

    private final InventoryFile file;
    private final Map<Key, Held> held = new LinkedHashMap<>();

    /** Ids that were seen, so that files which are named by a digest of one can be told. The oldest goes first. */
    private final Set<ImageId> names = new LinkedHashSet<>();

    /** What Nova removed. */
    private final Set<ImageId> dropped = new LinkedHashSet<>();

    /** Revoked images that are gone from here, until the service was told. */
    private final Set<ImageId> unconfirmed = new LinkedHashSet<>();

    private Inventory(InventoryFile file) {
        this.file = file;
    }

    /**
     * Reads what was known. A file that cannot be read is worth a warning: everything in it can be found out again.
     *
     * @param directory for the file {@code inventory.json}
     */
    public static Inventory open(Path directory) throws IOException {
        Inventory inventory = new Inventory(new InventoryFile(directory.resolve("inventory.json")));
        InventoryFile.Content content = inventory.file.read();
        content.held().forEach(one -> inventory.held.put(one.key(), one));
        inventory.names.addAll(content.names());
        inventory.dropped.addAll(content.dropped());
        inventory.unconfirmed.addAll(content.unconfirmed());
        return inventory;
    }

    public synchronized void put(Held one) throws IOException {
        held.remove(one.key());
        held.put(one.key(), one);
        remember(one.image());
        dropped.remove(one.image());
        save();
    }

    /** Changes what is known of something, when it is still known. */
    public synchronized void change(Key key, UnaryOperator<Held> change) throws IOException {
        Held before = held.get(key);
        if (before != null) {
            held.put(key, change.apply(before));
            save();
        }
    }

    public synchronized void remove(Key key) throws IOException {
        if (held.remove(key) != null) {
            save();
        }
    }

    /** Nova removed it: it is not for us to bring it back unasked. */
    public synchronized void dropped(Key key) throws IOException {
        if (held.remove(key) != null) {
            dropped.add(key.image());
            trim(dropped);
            save();
        }
    }

    public synchronized boolean wasDropped(ImageId image) {
        return dropped.contains(image);
    }

    public synchronized @Nullable Held find(Key key) {
        return held.get(key);
    }

    /** What the agent has of an image on its own shelf, null when that is nothing. */
    public @Nullable Held onShelf(ImageId image, ImageView view) {
        return find(new Key(image, view, Place.SHELF));
    }

    /** The base that Nova has of an image, null when that is none. */
    public @Nullable Held ofNova(ImageId image, ImageView view) {
        return find(new Key(image, view, Place.NOVA));
    }

    /** Notes that something was used just now. */
    public synchronized void used(Key key) {
        Held one = held.remove(key);
        if (one != null) {
            held.put(key, one);
        }
    }

    /** Everything, what was used last at the end. */
    public synchronized List<Held> all() {
        return new ArrayList<>(held.values());
    }

    /** Notes that these images exist. */
    public synchronized void know(Collection<ImageId> images) throws IOException {
        int before = names.size();
        boolean fresh = false;
        for (ImageId image : images) {
            fresh |= remember(image);
        }
        if (fresh || names.size() != before) {
            save();
        }
    }

    public synchronized List<ImageId> names() {
        return new ArrayList<>(names);
    }

    /** Images of which something is here. */
    public synchronized List<ImageId> images() {
        return held.keySet().stream().map(Key::image).distinct().toList();
    }

    /** A revoked image is gone from here. */
    public synchronized void removedRevoked(ImageId image) throws IOException {
        if (unconfirmed.add(image)) {
            save();
        }
    }

    /** What the service is still to be told. */
    public synchronized List<ImageId> unconfirmed() {
        return new ArrayList<>(unconfirmed);
    }

    /** The service was told. */
    public synchronized void confirmed(Collection<ImageId> images) throws IOException {
        if (unconfirmed.removeAll(Set.copyOf(images))) {
            save();
        }
    }

    private boolean remember(ImageId image) {
        boolean fresh = names.add(image);
        trim(names);
        return fresh;
    }

    private static void trim(Set<ImageId> images) {
        while (images.size() > MAX_NAMES) {
            images.remove(images.iterator().next());
        }
    }

    private void save() throws IOException {
        try {
            file.write(
                    new InventoryFile.Content(
                            List.copyOf(held.values()),
                            List.copyOf(names),
                            List.copyOf(dropped),
                            List.copyOf(unconfirmed)));
        } catch (IOException failure) {
            LOG.warn("the inventory cannot be written: {}", failure.toString());
            throw failure;
        }
    }
}
