package mirage.agent.nova;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Held.Key;
import mirage.agent.hold.Held.Place;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;
import mirage.image.inspect.FormatMatch;
import mirage.image.inspect.ImageInspector;
import mirage.image.ova.OvaFormat;
import mirage.image.wrapped.Wrapping;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The bases of a Nova compute. Safe for use by many threads, and beside Nova. */
public final class BaseDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(BaseDirectory.class);
    private static final String OURS = ".mirage-";
    private static final int NAME_LENGTH = 40;
    private static final Set<String> AS_IT_IS = Set.of("raw", "gpt", "iso");

    private final Path bases;
    private final NovaLocks locks;
    private final Owner owner;
    private final Inventory inventory;
    private final Clock clock;
    private final Opener opener;
    private final AtomicLong number = new AtomicLong();

    /** How often images were removed by order, since the start. */
    private final Map<ImageId, Integer> removals = new ConcurrentHashMap<>();

    /** What could not be read when it was looked at last, which the log has heard. */
    private final Set<Path> unreadable = ConcurrentHashMap.newKeySet();

    /** Opens a base. */
    interface Opener {
        ByteSource open(Path base) throws IOException;
    }

    /**
     * @param bases the folder {@code _base}
     * @param clock for the time of a new base, by which Nova tells how long it was not used
     */
    public BaseDirectory(
            Path bases, NovaLocks locks, Owner owner, Inventory inventory, Clock clock) {
        this(bases, locks, owner, inventory, clock, FileSource::open);
    }

    BaseDirectory(
            Path bases,
            NovaLocks locks,
            Owner owner,
            Inventory inventory,
            Clock clock,
            Opener opener) {
        this.opener = opener;
        this.bases = bases;
        this.locks = locks;
        this.owner = owner;
        this.inventory = inventory;
        this.clock = clock;
    }

    /** What became of a base that was to be put there. */
    public enum Seeded {
        DONE,
        /** Nova has one. */
        THERE,
        /** Nova is about it. */
        BUSY,
        /** What it was made for is past: the image was revoked meanwhile, or the damaged base is gone or another. */
        OVERTAKEN
    }

    /** The name of an image's base. */
    public static String nameOf(ImageId image) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-1")
                                    .digest(image.value().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private Path fileOf(ImageId image) {
        return bases.resolve(nameOf(image));
    }

    /** Whether Nova has a base of an image. */
    public boolean has(ImageId image) {
        return Files.exists(fileOf(image), LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes what a crash left of ours, as far as that can be done. */
    public void removeLeftovers() {
        for (Path folder : List.of(bases, locks.folder())) {
            try {
                for (Path file : list(folder)) {
                    if (file.getFileName().toString().startsWith(OURS)) {
                        Files.deleteIfExists(file);
                    }
                }
            } catch (IOException failure) {
                LOG.warn("what was left in {} stays: {}", folder, failure.toString());
            }
        }
    }

    /**
     * Brings the inventory up to what is in the folder. What cannot be read is passed over: it must not keep anybody
     * from the rest. Where the inventory cannot be written, it is so in memory.
     */
    public void look() {
        for (Held held : inventory.all()) {
            if (held.place() == Place.NOVA) {
                passOver(held.file(), () -> lookAgain(held));
            }
        }
        passOver(bases, this::lookForNew);
    }

    private void lookAgain(Held held) throws IOException {
        Stamp now = Stamp.of(held.file());
        if (held.stamp().isSameFile(now)) {
            return;
        }
        if (now == null || held.digest() == null || !held.stamp().isResized(now)) {
            LOG.info("image {}: its base is gone or another one", held.image());
            inventory.dropped(held.key());
        } else if (!Objects.equals(now, held.doubted())) {
            // Nova gives a base its name when it is whole, so no other one is shorter. It is known
            // what it was.
            LOG.error(
                    "{} is damaged: {} bytes expected, found {}",
                    held.file(),
                    held.length(),
                    now.size());
            inventory.change(held.key(), one -> one.withDoubt(now));
        }
    }

    private void lookForNew() throws IOException {
        Map<String, ImageId> known = new HashMap<>();
        inventory.names().forEach(image -> known.put(nameOf(image), image));
        for (Path file : list(bases)) {
            ImageId image = known.get(file.getFileName().toString());
            if (image != null
                    && inventory.ofNova(image, ImageView.DISK) == null
                    && inventory.ofNova(image, ImageView.CONTAINER) == null) {
                passOver(file, () -> note(image, file));
            }
        }
    }

    private interface Look {
        void run() throws IOException;
    }

    private void passOver(Path file, Look look) {
        try {
            look.run();
            unreadable.remove(file);
        } catch (IOException failure) {
            if (!Thread.currentThread().isInterrupted() && unreadable.add(file)) {
                LOG.warn("{} is passed over: {}", file, failure.toString());
            }
        }
    }

    /** Names of bases of images that we have not heard of. */
    public Set<String> unknown() throws IOException {
        Set<String> known =
                inventory.names().stream().map(BaseDirectory::nameOf).collect(Collectors.toSet());
        return list(bases).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.length() == NAME_LENGTH && !known.contains(name))
                .collect(Collectors.toSet());
    }

    private void note(ImageId image, Path file) throws IOException {
        Stamp stamp = Stamp.of(file);
        if (stamp == null) {
            return;
        }
        ImageView view;
        try (ByteSource source = opener.open(file)) {
            view = isDisk(source) ? ImageView.DISK : ImageView.CONTAINER;
        }
        DataDigest digest = inheritedDigest(image, view, stamp);
        inventory.put(Held.ofNova(image, view, file, digest, stamp));
        LOG.info("image {}: Nova has its base", image);
    }

    /**
     * Whether a base is a disk: with force_raw_images = false Nova keeps what was uploaded, and always what disks are packed
     * in.
     */
    private static boolean isDisk(ByteSource base) throws IOException {
        FormatMatch found = ImageInspector.inspect(base).decided();
        return found != null
                && AS_IT_IS.contains(found.format())
                && Wrapping.of(base) == null
                && !OvaFormat.isIn(base);
    }

    /** Nova made the base of what we gave it: then we know what it is, until it is read again. */
    private @Nullable DataDigest inheritedDigest(ImageId image, ImageView view, Stamp stamp) {
        Held given = inventory.onShelf(image, view);
        return given != null && given.length() == stamp.size() ? given.digest() : null;
    }

    /** Changes whenever an image is removed by order: see {@link #seed}. */
    public int removals(ImageId image) {
        return removals.getOrDefault(image, 0);
    }

    /** Bytes of bases that were put there unasked and that Nova has not used: it sets the time of one that it uses. */
    public long unusedBytes() throws IOException {
        long bytes = 0;
        for (Held held : inventory.all()) {
            if (held.seeded() && held.stamp().equals(Stamp.of(held.file()))) {
                bytes += held.cost();
            }
        }
        return bytes;
    }

    /**
     * Puts an image's disk where Nova looks for it. Complete and durable before it has its name; never over one that is
     * there.
     *
     * @param image on the shelf, which it leaves for that
     * @param removals of the image before the service was asked for it: who was given it before it was revoked must not
     *     bring it back afterwards
     */
    public Seeded seed(Held image, int removals, Shelf shelf) throws IOException {
        if (has(image.image())) {
            return Seeded.THERE;
        }
        return place(
                image,
                shelf,
                true,
                base -> {
                    if (Files.exists(base, LinkOption.NOFOLLOW_LINKS)) {
                        return Seeded.THERE;
                    }
                    return removals(image.image()) == removals ? null : Seeded.OVERTAKEN;
                });
    }

    /**
     * Puts a good copy in the place of a base that is damaged, when that is still there: Nova may have cleaned it up
     * meanwhile, or it was revoked. Guests that run keep what they have open.
     *
     * @param damaged the stamp of the damaged one
     */
    public Seeded replace(Held good, Stamp damaged, Shelf shelf) throws IOException {
        return place(
                good,
                shelf,
                false,
                base -> damaged.isSameFile(Stamp.of(base)) ? null : Seeded.OVERTAKEN);
    }

    /** Why something is not put there after all, looked at under the lock; null when it is. */
    private interface Obstacle {
        @Nullable Seeded at(Path base) throws IOException;
    }

    private Seeded place(Held image, Shelf shelf, boolean unasked, Obstacle obstacle)
            throws IOException {
        if (!Files.isDirectory(bases)) {
            Files.createDirectories(bases);
            owner.takeOver(bases);
        }
        String name = nameOf(image.image());
        Path mine = bases.resolve(OURS + name + "." + number.incrementAndGet());
        Files.deleteIfExists(mine);
        try {
            shelf.force(image);
            bring(image, mine);
            owner.takeOver(mine);
            Seeded seeded = install(image, name, mine, unasked, obstacle);
            if (seeded == Seeded.DONE || seeded == Seeded.OVERTAKEN && !isShown(image)) {
                shelf.remove(image);
            }
            return seeded;
        } finally {
            Files.deleteIfExists(mine);
        }
    }

    /** Whether Nova may be about to fetch it. */
    private boolean isShown(Held image) {
        Held now = inventory.find(image.key());
        return now != null && now.shown();
    }

    /** Another name for the same file, or a copy where that is another disk. */
    private static void bring(Held image, Path mine) throws IOException {
        try {
            Files.createLink(mine, image.file());
        } catch (FileSystemException otherDisk) {
            if (!Files.exists(image.file())) {
                throw otherDisk;
            }
            copy(image, mine);
        }
    }

    /** To another disk, and read again from there. */
    private static void copy(Held image, Path mine) throws IOException {
        try (FileChannel in = FileChannel.open(image.file(), StandardOpenOption.READ);
                FileChannel out =
                        FileChannel.open(
                                mine, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            SparseCopy.copy(in, out);
            out.force(true);
        }
        try (FileSource copied = FileSource.open(mine)) {
            DataDigest found = Digests.ofData(copied, _ -> {});
            if (!found.equals(image.digest())) {
                throw new IOException(mine + ": " + image.digest() + " expected, found " + found);
            }
        }
    }

    private Seeded install(Held image, String name, Path mine, boolean unasked, Obstacle obstacle)
            throws IOException {
        try (NovaLock lock = locks.acquire(name)) {
            if (lock == null) {
                return Seeded.BUSY;
            }
            Path base = bases.resolve(name);
            Seeded found = obstacle.at(base);
            if (found != null) {
                return found;
            }
            Files.setLastModifiedTime(mine, FileTime.from(clock.instant()));
            Files.move(
                    mine,
                    base,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            forceNames(bases);
            Stamp stamp = Stamp.of(base);
            if (stamp != null) {
                Held held = Held.ofNova(image.image(), ImageView.DISK, base, image.digest(), stamp);
                inventory.put(unasked ? held.withSeeded(image.cost()) : held);
            }
            return Seeded.DONE;
        }
    }

    /**
     * Removes an image's base, whoever made it.
     *
     * @return false when Nova is about it
     */
    public boolean remove(ImageId image) throws IOException {
        try (NovaLock lock = locks.acquire(nameOf(image))) {
            if (lock == null) {
                return false;
            }
            removals.merge(image, 1, Integer::sum);
            Files.deleteIfExists(fileOf(image));
            forceNames(bases);
        }
        inventory.remove(new Key(image, ImageView.DISK, Place.NOVA));
        inventory.remove(new Key(image, ImageView.CONTAINER, Place.NOVA));
        return true;
    }

    private static void forceNames(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    /** Copies a file, leaving out what is zeros. */
    private static final class SparseCopy {
        private static final int PIECE_BYTES = 64 * 1024;
        private static final ByteBuffer ZEROS =
                ByteBuffer.allocateDirect(PIECE_BYTES).asReadOnlyBuffer();

        private SparseCopy() {}

        static void copy(FileChannel in, FileChannel out) throws IOException {
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            long length = in.size();
            for (long at = 0; at < length; ) {
                int wanted = (int) Math.min(PIECE_BYTES, length - at);
                piece.clear().limit(wanted);
                while (piece.hasRemaining() && in.read(piece, at + piece.position()) >= 0) {
                    // on
                }
                if (piece.hasRemaining()) {
                    throw new IOException(length + " bytes expected, found " + at);
                }
                piece.flip();
                boolean last = at + wanted == length;
                if (last || piece.mismatch(ZEROS.slice(0, wanted)) >= 0) {
                    for (long to = at; piece.hasRemaining(); ) {
                        to += out.write(piece, to);
                    }
                }
                at += wanted;
            }
        }
    }
}
