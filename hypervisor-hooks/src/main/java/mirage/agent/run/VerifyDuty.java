package mirage.agent.run;

import mirage.agent.build.ImageBuilder;
import mirage.agent.deploy.Bandwidth;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.deploy.RefusedException;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Held.Key;
import mirage.agent.hold.Held.Place;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.agent.nova.BaseDirectory;
import mirage.agent.nova.BaseDirectory.Seeded;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads what is held again, and replaces what is not as it was. Each file is by itself: what cannot be read or mended
 * keeps nobody from the others, and is tried again at growing pauses.
 */
final class VerifyDuty {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyDuty.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** How often the service is asked what a base has of which nobody knows. */
    private static final Duration ASK_EVERY = Duration.ofDays(1);

    private final Inventory inventory;
    private final Shelf shelf;
    private final @Nullable BaseDirectory bases;
    private final ImageBuilder builder;
    private final Facade facade;
    private final @Nullable OwnCaller account;
    private final Bandwidth rate;
    private final Duration interval;
    private final Clock clock;
    private final AtomicLong read = new AtomicLong();
    private final Set<Path> damaged = ConcurrentHashMap.newKeySet();

    /** What was found damaged and is not replaced yet. */
    private final Map<Key, Damage> unmended = new ConcurrentHashMap<>();

    /** When the service was asked of a base, by a clock that nobody sets. */
    private final Map<Key, Long> asked = new ConcurrentHashMap<>();

    /**
     * A damaged file.
     *
     * @param found its stamp
     * @param tried when it was to be replaced last, by a clock that nobody sets
     * @param pause until it is tried again
     */
    private record Damage(Stamp found, long tried, Duration pause) {
        boolean isOf(@Nullable Stamp now) {
            return found.equals(now);
        }

        boolean rests() {
            return System.nanoTime() - tried < pause.toNanos();
        }

        Damage triedAgain() {
            Duration longer = pause.multipliedBy(2);
            return new Damage(
                    found,
                    System.nanoTime(),
                    longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer);
        }
    }

    /**
     * @param rate at which it reads
     * @param interval for so long what was read and found good is not read again
     * @param clock for when that was, which outlasts the agent
     */
    VerifyDuty(
            Inventory inventory,
            Shelf shelf,
            @Nullable BaseDirectory bases,
            ImageBuilder builder,
            Facade facade,
            @Nullable OwnCaller account,
            Bandwidth rate,
            Duration interval,
            Clock clock) {
        this.inventory = inventory;
        this.shelf = shelf;
        this.bases = bases;
        this.builder = builder;
        this.facade = facade;
        this.account = account;
        this.rate = rate;
        this.interval = interval;
        this.clock = clock;
    }

    /** Reads everything once whose digest is known and whose time has come. */
    void round() throws IOException {
        for (Held held : inventory.all()) {
            try {
                verify(held);
            } catch (IOException failure) {
                if (Thread.currentThread().isInterrupted()) {
                    throw failure;
                }
                LOG.warn("{}: {}", held.file(), failure.getMessage());
            }
        }
    }

    /** Bytes that were read. */
    long readBytes() {
        return read.get();
    }

    /** Files that were not as they had been. */
    long damagedFiles() {
        return damaged.size();
    }

    private void verify(Held held) throws IOException {
        DataDigest expected = held.digest() == null ? learned(held) : held.digest();
        Stamp now = Stamp.of(held.file());
        if (expected == null || now == null || now.inode() != held.stamp().inode()) {
            return;
        }
        Damage known = unmended.get(held.key());
        if (known != null && known.isOf(now)) {
            if (!known.rests()) {
                unmended.put(held.key(), known.triedAgain());
                mend(held, expected, now);
            }
        } else if (isDue(held)) {
            if (isAsItShouldBe(held, expected)) {
                unmended.remove(held.key());
                inventory.change(held.key(), one -> one.withVerified(clock.instant()));
            } else {
                unmended.put(held.key(), new Damage(now, System.nanoTime(), FIRST_PAUSE));
                noteDamage(held, expected, now);
                mend(held, expected, now);
            }
        }
    }

    /** What the service says that a base has of which nobody here knows; null when it does not know, or was asked. */
    private @Nullable DataDigest learned(Held held) throws IOException {
        Long before = asked.get(held.key());
        if (account == null
                || held.place() != Place.NOVA
                || before != null && System.nanoTime() - before < ASK_EVERY.toNanos()) {
            return null;
        }
        asked.put(held.key(), System.nanoTime());
        try {
            ImageViews views = facade.describe(held.image(), account.get());
            DataDigest said = views.digestOf(held.view());
            if (said == null || !Objects.equals(views.lengthOf(held.view()), held.length())) {
                return null;
            }
            inventory.change(
                    held.key(),
                    one -> one.stamp().equals(held.stamp()) ? one.withDigest(said) : one);
            return said;
        } catch (RefusedException refused) {
            LOG.info("{} is not read again: {}", held.file(), refused.getMessage());
            return null;
        }
    }

    /** A clock that was set back makes it early. */
    private boolean isDue(Held held) throws IOException {
        Instant last = held.verified();
        Instant now = clock.instant();
        return last == null
                || held.doubted() != null
                || held.isCut()
                || last.isAfter(now)
                || !now.isBefore(last.plus(interval));
    }

    private boolean isAsItShouldBe(Held held, DataDigest expected) throws IOException {
        if (held.isCut()) {
            return false;
        }
        try (FileSource source = FileSource.open(held.file())) {
            return hasDigest(source, held.file(), expected);
        } catch (NoSuchFileException gone) {
            return true; // Nova removed it meanwhile
        }
    }

    /** What cannot be read is damaged. */
    private boolean hasDigest(ByteSource source, Path file, DataDigest expected)
            throws IOException {
        try {
            return Digests.ofData(
                            source,
                            bytes -> {
                                read.addAndGet(bytes);
                                rate.take(bytes);
                            })
                    .equals(expected);
        } catch (IOException unreadable) {
            if (Thread.currentThread().isInterrupted()) {
                throw unreadable;
            }
            LOG.error("{} cannot be read: {}", file, unreadable.toString());
            return false;
        }
    }

    private void mend(Held held, DataDigest expected, Stamp found) throws IOException {
        if (held.place() == Place.SHELF) {
            unmended.remove(held.key());
            shelf.remove(held);
            return;
        }
        if (account == null || bases == null || held.view() != ImageView.DISK) {
            LOG.error(
                    "{} cannot be replaced: it takes an account of the agent's own, and a raw disk",
                    held.file());
            return;
        }
        Held good = builder.makeOrFetch(held.image(), account.get(), true);
        if (!expected.equals(good.digest())) {
            throw new IOException("what came for it has " + good.digest());
        }
        Seeded seeded = bases.replace(good, found, shelf);
        LOG.warn("{}: {}", held.file(), seeded);
        if (seeded != Seeded.BUSY) {
            unmended.remove(held.key());
        }
    }

    private void noteDamage(Held held, DataDigest expected, Stamp found) throws IOException {
        LOG.error("{} is not what it was: {} expected", held.file(), expected);
        damaged.add(held.file());
        inventory.change(held.key(), one -> one.withDoubt(found));
    }
}
