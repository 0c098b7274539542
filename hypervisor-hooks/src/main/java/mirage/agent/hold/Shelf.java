package mirage.agent.hold;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held.Key;
import mirage.agent.hold.Held.Place;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The agent's own images, below its state directory:
 *
 * <pre>
 *   built/ID.disk, built/ID.container    whole and verified; the inventory has them
 *   work/…                               under way; emptied at start
 * </pre>
 *
 * A file gets onto the shelf in this order: written in {@code work/}, verified by its digest, renamed to {@code
 * built/}, noted in the inventory, forced to disk. What the inventory has not is removed at start; what was not forced
 * to disk is read again then. Safe for use by many threads.
 */
public final class Shelf {
    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);

    /** So long a record that was shown holds, when nobody fetches the bytes. */
    private static final Duration SHOWN = Duration.ofMinutes(15);

    private final Path built;
    private final Path work;
    private final Inventory inventory;
    private final long budget;
    private final long reserve;
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong promised = new AtomicLong();

    /** Of what does not stay on the shelf. */
    private final AtomicLong passing = new AtomicLong();

    /** When something was shown to this host or served last. By a clock that nobody sets; empty after a restart. */
    private final Map<Key, Long> lastShown = new ConcurrentHashMap<>();

    private Shelf(Path directory, Inventory inventory, long budget, long reserve) {
        this.built = directory.resolve("built");
        this.work = directory.resolve("work");
        this.inventory = inventory;
        this.budget = budget;
        this.reserve = reserve;
    }

    /**
     * Opens the shelf and removes what a crash left.
     *
     * @param directory the state directory
     * @param budget bytes that images on the shelf may have together
     * @param reserve bytes that must stay free on the disk
     */
    public static Shelf open(Path directory, Inventory inventory, long budget, long reserve)
            throws IOException {
        Shelf shelf = new Shelf(directory, inventory, budget, reserve);
        Files.createDirectories(shelf.built);
        Files.createDirectories(shelf.work);
        for (Path left : list(shelf.work)) {
            Files.deleteIfExists(left);
        }
        shelf.recover();
        return shelf;
    }

    private void recover() throws IOException {
        Set<Path> known = new HashSet<>();
        for (Held held : inventory.all()) {
            if (held.place() == Place.SHELF && recovered(held)) {
                known.add(held.file());
                lastShown.put(held.key(), System.nanoTime());
            }
        }
        for (Path file : list(built)) {
            if (!known.contains(file)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private boolean recovered(Held held) {
        boolean whole = isWhole(held);
        try {
            if (!whole) {
                inventory.remove(held.key());
            } else if (!held.durable()) {
                inventory.put(held.withDurable());
            }
        } catch (IOException full) {
            // In memory it is so, and the inventory has told: the disk may be full, which is no
            // reason not to start.
        }
        return whole;
    }

    private boolean isWhole(Held held) {
        try {
            if (!built.equals(held.file().getParent()) || !held.isThere()) {
                return false;
            }
            if (held.durable()) {
                return true;
            }
            LOG.info("{} was not forced to disk, reading it again", held.file());
            try (FileSource source = FileSource.open(held.file())) {
                return Digests.ofData(source, _ -> {}).equals(held.digest());
            }
        } catch (IOException unreadable) {
            LOG.warn("{} cannot be read and goes: {}", held.file(), unreadable.toString());
            return false;
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    /** A name for something under way. */
    public Path workFile(ImageId image, String kind) {
        return work.resolve(image + "." + number.incrementAndGet() + "." + kind);
    }

    /** Room on the disk that work under way may fill. Closed when that is written, or given up. */
    public final class Room implements AutoCloseable {
        private final AtomicLong of;
        private final long bytes;

        private Room(AtomicLong of, long bytes) {
            this.of = of;
            this.bytes = bytes;
            of.addAndGet(bytes);
        }

        @Override
        public void close() {
            of.addAndGet(-bytes);
        }
    }

    /**
     * Promises room, for which others that can be spared are removed.
     *
     * @throws NoRoomException when there is none
     */
    public synchronized Room room(long bytes) throws IOException {
        if (bytes > budget) {
            throw new NoRoomException(
                    bytes + " bytes are more than the budget of " + budget + " for all images");
        }
        for (Held held : inventory.all()) {
            if (taken() + bytes <= budget && free() >= bytes) {
                break;
            }
            if (held.place() == Place.SHELF && maySpare(held)) {
                remove(held);
            }
        }
        if (taken() + bytes > budget) {
            throw new NoRoomException(
                    bytes + " bytes more than " + taken() + " are over the budget of " + budget);
        }
        requireFree(bytes);
        return new Room(promised, bytes);
    }

    /**
     * Promises room for what is under way and need not stay: the budget is for what does.
     *
     * @throws NoRoomException when so many bytes are not free on the disk
     */
    public synchronized Room passing(long bytes) throws IOException {
        for (Held held : inventory.all()) {
            if (free() >= bytes) {
                break;
            }
            if (held.place() == Place.SHELF && maySpare(held)) {
                remove(held);
            }
        }
        requireFree(bytes);
        return new Room(passing, bytes);
    }

    private void requireFree(long bytes) throws IOException {
        if (free() < bytes) {
            throw new NoRoomException(
                    bytes + " bytes expected free below " + work + ", found " + free());
        }
    }

    private long taken() {
        return promised.get() + costs();
    }

    /** Bytes that the images on the shelf have. */
    public long costs() {
        return inventory.all().stream()
                .filter(held -> held.place() == Place.SHELF)
                .mapToLong(Held::cost)
                .sum();
    }

    /** Bytes that may still be written, the reserve left alone. */
    public long free() throws IOException {
        if (!Files.isDirectory(work)) {
            // Java would say that no byte is free there, and whoever reads that would look for a
            // full disk.
            throw new NoSuchFileException(work.toString());
        }
        return work.toFile().getUsableSpace() - reserve - promised.get() - passing.get();
    }

    /** Whether a record that was shown does not need the file any more. */
    private boolean maySpare(Held held) {
        Long shown = lastShown.get(held.key());
        return !held.shown() || shown == null || System.nanoTime() - shown > SHOWN.toNanos();
    }

    /**
     * Puts a verified file onto the shelf; it is usable when this returns, and survives a crash of the machine after
     * {@link #force}. Where two made the same at one time, the later one takes the place of the other, and is shown to
     * whoever that was shown to: the bytes are the same.
     *
     * @param file from {@link #workFile}
     */
    public synchronized Held put(
            ImageId image, ImageView view, Path file, DataDigest digest, long cost)
            throws IOException {
        Path place = built.resolve(image + "." + view.name().toLowerCase(Locale.ROOT));
        Files.move(
                file, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Stamp stamp = Stamp.of(place);
        if (stamp == null) {
            throw new IOException(place + " went away");
        }
        Held made = Held.onShelf(image, view, place, digest, cost, stamp);
        Held earlier = inventory.find(made.key());
        boolean shown = earlier != null && earlier.shown() && digest.equals(earlier.digest());
        Held held = shown ? made.withShown() : made;
        inventory.put(held);
        return held;
    }

    /** Forces what was put to disk. */
    public void force(Held held) throws IOException {
        try (FileChannel file = FileChannel.open(held.file(), StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Held.Key key = held.key();
        inventory.change(key, now -> now.stamp().equals(held.stamp()) ? now.withDurable() : now);
    }

    /** This host is about to be told that the image is what the file has. */
    public synchronized void show(Held held) throws IOException {
        lastShown.put(held.key(), System.nanoTime());
        Held now = inventory.find(held.key());
        if (now != null && !now.shown()) {
            inventory.change(held.key(), Held::withShown);
        }
    }

    /** Removes it. Who has it open reads on. */
    public void remove(Held held) throws IOException {
        lastShown.remove(held.key());
        // Where the inventory cannot be written, the file is gone all the same.
        Files.deleteIfExists(held.file());
        inventory.remove(held.key());
    }
}
