package mirage.agent.run;

import mirage.agent.build.ImageBuilder;
import mirage.agent.deploy.Bandwidth;
import mirage.agent.hold.Digests;
import mirage.agent.hold.Held;
import mirage.agent.hold.Held.Place;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.agent.nova.BaseDirectory;
import mirage.bytes.FileSource;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Reads what is held again, and replaces what is not as it was. */
final class VerifyDuty {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyDuty.class);
    private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

    private final Inventory inventory;
    private final Shelf shelf;
    private final @Nullable BaseDirectory bases;
    private final ImageBuilder builder;
    private final @Nullable OwnCaller account;
    private final Bandwidth rate;
    private final AtomicLong read = new AtomicLong();
    private final Set<Path> damaged = ConcurrentHashMap.newKeySet();

    /**
     * @param rate at which it reads
     */
    VerifyDuty(
            Inventory inventory,
            Shelf shelf,
            @Nullable BaseDirectory bases,
            ImageBuilder builder,
            @Nullable OwnCaller account,
            Bandwidth rate) {
        this.inventory = inventory;
        this.shelf = shelf;
        this.bases = bases;
        this.builder = builder;
        this.account = account;
        this.rate = rate;
    }

    /** Reads everything once whose digest is known. */
    void round() throws IOException {
        for (Held held : inventory.all()) {
            if (held.digest() == null || !held.isThere()) {
                continue;
            }
            if (!isAsItWas(held)) {
                mend(held);
            } else if (held.doubted() != null) {
                inventory.change(held.key(), now -> now.withDoubt(null));
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

    private boolean isAsItWas(Held held) throws IOException {
        try (FileSource source = FileSource.open(held.file())) {
            DataDigest found =
                    Digests.ofData(
                            source,
                            bytes -> {
                                read.addAndGet(bytes);
                                rate.take(bytes);
                            });
            return found.equals(held.digest());
        } catch (NoSuchFileException gone) {
            return true; // Nova removed it meanwhile
        }
    }

    private void mend(Held held) throws IOException {
        LOG.error("{} is not what it was: {} expected", held.file(), held.digest());
        damaged.add(held.file());
        if (held.place() == Place.SHELF) {
            shelf.remove(held);
            return;
        }
        Stamp damagedNow = Stamp.of(held.file());
        inventory.change(held.key(), now -> now.withDoubt(damagedNow));
        if (account == null || bases == null) {
            LOG.error("{} cannot be replaced: the agent has no account of its own", held.file());
            return;
        }
        Held good = builder.makeOrFetch(held.image(), account.get(), true);
        if (!Objects.equals(held.digest(), good.digest())) {
            throw new IOException(held.file() + ": what came for it has " + good.digest());
        }
        LOG.warn("{}: {}", held.file(), bases.replace(good, shelf, LOCK_WAIT));
    }
}
