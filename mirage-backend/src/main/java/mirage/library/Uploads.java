package mirage.library;

import mirage.bytes.ByteSource;
import mirage.catalog.Catalog;
import mirage.catalog.CatalogConflictException;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.ingest.Spool;
import mirage.ingest.SpoolDirectory;
import mirage.ingest.SpoolName;
import mirage.ingest.Structurer;
import mirage.manifest.ManifestId;
import mirage.manifest.Provenance;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images on their way in, from the stream to the manifest.
 *
 * <p>An upload: 1. claimed, so that no other node receives it, 2. received into a spool, 3. (acknowledged here when it is
 * to be: spool forced, catalog entry that names the spool), 4. taken apart into chunks and a manifest, 5. catalog entry
 * with the manifest, 6. spool removed. A crash between any two leaves what the catalog says, and a spool or claim that
 * this node removes when it starts, or another when this one stays dead.
 *
 * <p>A spool is named by one entry at most and by none again once it is not: whoever finds that the entry names it no
 * more removes it, without asking anybody.
 */
final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final SpoolDirectory spools;
    private final Catalog catalog;
    private final Structurer structurer;
    private final LibraryThreads threads;
    private final String node;
    private final Clock clock;

    /** Spools of this node that are being received, or taken apart, or wait for it. */
    private final Set<SpoolName> inUse = ConcurrentHashMap.newKeySet();

    /** Spools in use whose image was moved, and the spool that it has now: taken apart once, for the latter. */
    private final Map<SpoolName, Waiting> successors = new ConcurrentHashMap<>();

    /**
     * Images that were moved while another node had their spool: taken apart here when the spool they were in is gone,
     * so that two nodes do not store the same at once, which would store it twice.
     */
    private final Map<SpoolName, Waiting> deferred = new ConcurrentHashMap<>();

    /** A spool of this node that is to be taken apart, and the entry that names it. */
    private record Waiting(SpoolName spool, CatalogEntry entry) {}

    Uploads(
            SpoolDirectory spools,
            Catalog catalog,
            Structurer structurer,
            LibraryThreads threads,
            String node,
            Clock clock) {
        this.spools = spools;
        this.catalog = catalog;
        this.structurer = structurer;
        this.threads = threads;
        this.node = node;
        this.clock = clock;
    }

    /** Stores an upload and acknowledges it as a spool. */
    CatalogEntry storeSpooled(ImageId image, String name, InputStream upload) throws IOException {
        return claimed(image, () -> spool(image, name, upload));
    }

    /** Stores an upload and acknowledges it when it is taken apart. */
    CatalogEntry storeCommitted(ImageId image, String name, InputStream upload) throws IOException {
        return claimed(image, () -> commit(image, name, upload));
    }

    /** Runs while no node receives the image. */
    private <T> T claimed(ImageId image, LibraryThreads.Work<T> work) throws IOException {
        if (!spools.claim(image)) {
            throw new ImageExistsException(image);
        }
        try {
            if (catalog.find(image) != null) {
                throw new ImageExistsException(image);
            }
            return work.run();
        } catch (CatalogConflictException e) {
            ImageExistsException exists = new ImageExistsException(image);
            exists.initCause(e);
            throw exists;
        } finally {
            spools.release(image);
        }
    }

    private CatalogEntry spool(ImageId image, String name, InputStream upload) throws IOException {
        SpoolName own = begin(image);
        boolean acknowledged = false;
        try {
            Spool spool = spools.receive(own, upload);
            CatalogEntry entry = entry(spool, name);
            try {
                spools.force(spool);
                catalog.swap(null, entry);
                acknowledged = true;
            } finally {
                if (!acknowledged) {
                    spool.close();
                }
            }
            takeApartLater(spool);
            return entry;
        } finally {
            if (!acknowledged) {
                end(own);
            }
        }
    }

    private CatalogEntry commit(ImageId image, String name, InputStream upload) throws IOException {
        SpoolName own = begin(image);
        try (Spool spool = spools.receive(own, upload)) {
            CatalogEntry entry = entry(spool, name).withManifest(structure(spool));
            catalog.swap(null, entry);
            return entry;
        } finally {
            end(own);
        }
    }

    private SpoolName begin(ImageId image) {
        SpoolName own = spools.newName(image);
        inUse.add(own);
        return own;
    }

    /** Removes a spool that nothing names. */
    private void end(SpoolName own) throws IOException {
        try {
            spools.delete(own);
        } finally {
            inUse.remove(own);
        }
    }

    private CatalogEntry entry(Spool spool, String name) {
        return new CatalogEntry(
                spool.image(),
                name,
                spool.size(),
                spool.digests(),
                clock.instant(),
                null,
                spool.name().toString());
    }

    private ManifestId structure(Spool spool) throws IOException {
        return threads.structureNow(() ->
                structurer.structure(
                        spool, new Provenance("upload", clock.instant(), "", List.of())));
    }

    /**
     * @param spool in use; closed when it was taken apart, or is not going to be
     */
    private void takeApartLater(Spool spool) {
        threads.structureLater(
                spool.image(),
                () -> {
                    spool.close();
                    leave(spool.name());
                },
                () -> takeApart(spool));
    }

    /** Ends the use of a spool; who succeeded it and was not taken apart with it is taken apart now. */
    private void leave(SpoolName spool) {
        inUse.remove(spool);
        Waiting successor = successors.remove(spool);
        if (successor != null) {
            resume(successor);
        }
    }

    /** Takes an acknowledged upload apart; its entry may be renamed, moved or removed meanwhile. */
    private void takeApart(Spool spool) throws IOException {
        SpoolName name = spool.name();
        try {
            if (names(name) || successors.containsKey(name)) {
                ManifestId manifest = structure(spool);
                publish(spool.image(), name.toString(), manifest);
                publishToSuccessor(name, manifest);
            }
        } catch (IOException e) {
            if (names(name)) {
                throw e;
            }
            LOG.debug("spool {} was removed while it was taken apart", name, e);
        } finally {
            if (!names(name)) {
                spools.delete(name);
            }
        }
    }

    private void publishToSuccessor(SpoolName spool, ManifestId manifest) throws IOException {
        Waiting successor = successors.get(spool);
        if (successor != null) {
            publish(successor.entry().image(), successor.spool().toString(), manifest);
        }
    }

    /** Says which manifest an image has, if it is still in that spool. */
    private void publish(ImageId image, String spool, ManifestId manifest) throws IOException {
        CatalogEntry current = catalog.find(image);
        while (current != null && spool.equals(current.spool())) {
            try {
                catalog.swap(current, current.withManifest(manifest));
                return;
            } catch (CatalogConflictException e) {
                current = catalog.find(image);
            }
        }
    }

    /** Whether the catalog says that an image is in this spool, or cannot say. */
    private boolean names(SpoolName spool) {
        try {
            CatalogEntry entry = catalog.find(spool.image());
            return entry != null && spool.toString().equals(entry.spool());
        } catch (IOException e) {
            // The spool may be all there is of the image.
            LOG.warn("spool {} is kept", spool, e);
            return true;
        }
    }

    /**
     * The bytes of a spooled image, checked as they are read.
     *
     * @throws NoSuchFileException when the spool is gone: look at the catalog again
     */
    ByteSource open(CatalogEntry entry) throws IOException {
        return spools.open(entry);
    }

    /** Forgets the spool of an entry that was removed. */
    void drop(CatalogEntry removed) throws IOException {
        if (removed.spool() != null) {
            spools.delete(SpoolName.of(removed));
        }
    }

    /**
     * Puts an image under another id: 1. a new entry, which must be free; a spooled image gets a spool of its own there,
     * with the same bytes; 2. the old entry goes. Between the two, both have it, and a repeat goes on from there.
     */
    void move(ImageId from, ImageId to) throws IOException {
        if (!spools.claim(to)) {
            throw new ImageExistsException(to);
        }
        try {
            boolean copied = false;
            boolean moved = false;
            while (!moved) {
                CatalogEntry source = catalog.find(from);
                CatalogEntry there = catalog.find(to);
                boolean isMine = source != null && (there == null || there.isOfSameUpload(source));
                if (copied && !isMine) {
                    // Removed or stored anew by others, after it was copied.
                    return;
                }
                if (source == null) {
                    throw new ImageNotFoundException(from);
                }
                if (!isMine) {
                    throw new ImageExistsException(to);
                }
                copied |= there != null || copy(source, to);
                moved = copied && removeMoved(source);
            }
        } finally {
            spools.release(to);
        }
    }

    /**
     * @return false when the source changed meanwhile
     */
    private boolean copy(CatalogEntry source, ImageId to) throws IOException {
        try {
            if (source.spool() == null) {
                catalog.swap(null, source.withImage(to));
            } else {
                takeApartOnce(SpoolName.of(source), adopt(source, null, to));
            }
            return true;
        } catch (CatalogConflictException e) {
            LOG.debug("image {} appeared meanwhile", to, e);
            return false;
        } catch (NoSuchFileException e) {
            if (source.equals(catalog.find(source.image()))) {
                throw e;
            }
            return false;
        }
    }

    private boolean removeMoved(CatalogEntry source) throws IOException {
        try {
            catalog.remove(source);
        } catch (CatalogConflictException e) {
            LOG.debug("image {} changed while it was moved", source.image(), e);
            return false;
        }
        if (source.spool() != null) {
            SpoolName spool = SpoolName.of(source);
            if (spool.node().equals(node) && !inUse.contains(spool)) {
                spools.delete(spool);
            }
        }
        return true;
    }

    /** Sees to it that a moved image is taken apart, and not at the same time as from the spool it was in. */
    private void takeApartOnce(SpoolName before, Waiting moved) {
        if (!before.node().equals(node)) {
            deferred.put(before, moved);
            return;
        }
        successors.put(before, moved);
        if (!inUse.contains(before) && successors.remove(before, moved)) {
            resume(moved);
        }
    }

    /**
     * Gives a spooled image a spool of this node, which is in use then.
     *
     * @param source that names the spool now
     * @param replaced the entry that is to name the new one, null for none
     * @param image that it is of then
     */
    private Waiting adopt(CatalogEntry source, @Nullable CatalogEntry replaced, ImageId image)
            throws IOException {
        SpoolName own = begin(image);
        CatalogEntry adopted = source.withImage(image).withSpool(own.toString());
        boolean named = false;
        try {
            spools.link(source, own);
            catalog.swap(replaced, adopted);
            named = true;
            return new Waiting(own, adopted);
        } finally {
            if (!named) {
                end(own);
            }
        }
    }

    /**
     * At the start: what this node acknowledged goes on, and what it did not is removed.
     *
     * @return whether anything goes on
     */
    boolean start() throws IOException {
        spools.removeClaims(node);
        boolean goesOn = false;
        for (SpoolName spool : spoolsOf(node)) {
            CatalogEntry entry = entryOf(spool);
            if (entry != null) {
                inUse.add(spool);
                resume(new Waiting(spool, entry));
                goesOn = true;
            } else if (!names(spool)) {
                spools.delete(spool);
            }
        }
        return goesOn;
    }

    private void resume(Waiting waiting) {
        SpoolName spool = waiting.spool();
        threads.structureLater(
                spool.image(),
                () -> leave(spool),
                () -> {
                    try (Spool resumed = spools.resume(waiting.entry())) {
                        takeApart(resumed);
                    } catch (NoSuchFileException e) {
                        if (names(spool)) {
                            throw e;
                        }
                        LOG.debug("spool {} was removed before it was taken apart", spool, e);
                    }
                });
    }

    private List<SpoolName> spoolsOf(String ofNode) throws IOException {
        return spools.list().stream().filter(spool -> spool.node().equals(ofNode)).toList();
    }

    /** The entry that names a spool; null when none does, or it cannot be read. */
    private @Nullable CatalogEntry entryOf(SpoolName spool) {
        try {
            CatalogEntry entry = catalog.find(spool.image());
            return entry != null && spool.toString().equals(entry.spool()) ? entry : null;
        } catch (IOException e) {
            LOG.warn("spool {} is kept, its image's entry cannot be read", spool, e);
            return null;
        }
    }

    /** Nodes that have spools. */
    Set<String> owners() throws IOException {
        Set<String> owners = new HashSet<>();
        spools.list().forEach(spool -> owners.add(spool.node()));
        return owners;
    }

    /** Goes on with what waited for other nodes; removes what failed uploads left, or images that others deleted. */
    void tidy() throws IOException {
        for (Map.Entry<SpoolName, Waiting> waiting : deferred.entrySet()) {
            if (!spools.exists(waiting.getKey())) {
                deferred.remove(waiting.getKey());
                resume(waiting.getValue());
            }
        }
        for (SpoolName spool : spoolsOf(node)) {
            if (!inUse.contains(spool) && !names(spool)) {
                LOG.info("spool {}, which no image needs, is removed", spool);
                spools.delete(spool);
            }
        }
    }

    /**
     * Goes on with what another node acknowledged, and removes what it did not.
     *
     * @param dead which does not run, and cannot start meanwhile
     */
    void takeOver(String dead) throws IOException {
        spools.removeClaims(dead);
        for (SpoolName spool : spoolsOf(dead)) {
            CatalogEntry entry = entryOf(spool);
            if (entry != null) {
                try {
                    LOG.info("spool {} of a dead node is taken over", spool);
                    resume(adopt(entry, entry, entry.image()));
                } catch (CatalogConflictException | NoSuchFileException e) {
                    LOG.info("image {} changed meanwhile", entry.image(), e);
                }
            }
            if (!names(spool)) {
                spools.delete(spool);
            }
        }
    }
}
