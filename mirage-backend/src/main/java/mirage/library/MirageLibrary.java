package mirage.library;

import mirage.blob.BlobStore;
import mirage.blob.directory.DirectoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.catalog.Catalog;
import mirage.catalog.CatalogConflictException;
import mirage.catalog.CatalogEntry;
import mirage.catalog.DirectoryCatalog;
import mirage.catalog.ImageId;
import mirage.chunk.ChunkSource;
import mirage.image.DiskImage;
import mirage.image.ImageFormats;
import mirage.ingest.EarlierImages;
import mirage.ingest.Spool;
import mirage.ingest.SpoolDirectory;
import mirage.ingest.Structurer;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.maintain.LibraryVerifier;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.Provenance;
import mirage.manifest.Recipe;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkIndex;
import mirage.pack.ChunkStore;
import mirage.pack.rocksdb.RocksDbChunkIndex;
import mirage.rebuild.Rebuilder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The library over a directory of its own.
 * <pre>
 *   lock        held while a process works here
 *   blobs/      packs and manifests
 *   index/      where each chunk is; derived from the packs
 *   catalog/    a file for each image
 *   spool/      uploads on their way in
 * </pre>
 *
 * <p>An upload: 1. received into a spool, 2. (acknowledged here when the settings say so: spool forced, catalog entry
 * without a manifest), 3. taken apart into chunks and a manifest, 4. catalog entry with the manifest, 5. spool removed.
 * A crash between any two leaves what the catalog says.
 */
public final class MirageLibrary implements ImageLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(MirageLibrary.class);

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final LibrarySettings settings;
    private final Clock clock;
    private final OpenedParts parts;
    private final BlobStore blobs;
    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final Catalog catalog;
    private final SpoolDirectory spools;
    private final LibraryThreads threads;
    private final Rebuilder rebuilder;
    private final Structurer structurer;

    /** Images on their way in; guarded by itself, together with the question whether a spool is still needed. */
    private final Set<ImageId> receiving = new HashSet<>();

    /** Opens the library of a directory, which is made when it is missing. */
    public static MirageLibrary open(Path directory, LibrarySettings settings) throws IOException {
        return open(directory, settings, UnaryOperator.identity(), Clock.systemUTC());
    }

    /**
     * @param stacked puts behaviour on top of the blobs; tests break them
     */
    static MirageLibrary open(
            Path directory, LibrarySettings settings, UnaryOperator<BlobStore> stacked, Clock clock)
            throws IOException {
        makeDirectories(directory);
        OpenedParts parts = new OpenedParts();
        boolean opened = false;
        try {
            parts.add(DirectoryLock.take(directory));
            MirageLibrary library = new MirageLibrary(directory, settings, stacked, clock, parts);
            library.resume();
            opened = true;
            return library;
        } finally {
            if (!opened) {
                parts.close();
            }
        }
    }

    private MirageLibrary(
            Path directory,
            LibrarySettings settings,
            UnaryOperator<BlobStore> stacked,
            Clock clock,
            OpenedParts parts)
            throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.parts = parts;
        this.blobs = parts.add(stacked.apply(DirectoryBlobStore.open(directory.resolve("blobs"))));
        ChunkIndex index = parts.add(RocksDbChunkIndex.open(directory.resolve("index")));
        this.chunks = parts.add(ChunkStore.open(blobs, index, settings.packs()));
        this.manifests = new ManifestStore(blobs);
        this.catalog = parts.add(DirectoryCatalog.open(directory.resolve("catalog")));
        this.spools = SpoolDirectory.open(directory.resolve("spool"));
        this.threads = parts.add(new LibraryThreads(settings.structurers()));
        this.rebuilder = new Rebuilder(chunks, threads.readers());
        this.structurer =
                new Structurer(
                        chunks,
                        manifests,
                        new EarlierImages(catalog, manifests),
                        rebuilder,
                        threads.workers(),
                        threads.workerCount());
    }

    /** Durable before anything is acknowledged in them, and nobody's business but the owner's. */
    private static void makeDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_ONLY);
        Path real = directory.toRealPath();
        Files.createDirectories(real.resolve("catalog"), OWNER_ONLY);
        Files.createDirectories(real.resolve("spool"), OWNER_ONLY);
        force(real);
        Path parent = real.getParent();
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public StoredImage store(ImageId image, String name, InputStream upload) throws IOException {
        String label = CatalogEntry.checkedName(name);
        claim(image);
        try {
            return describe(
                    settings.acknowledge() == Acknowledge.SPOOLED
                            ? storeSpooled(image, label, upload)
                            : storeCommitted(image, label, upload));
        } finally {
            synchronized (receiving) {
                receiving.remove(image);
            }
        }
    }

    private void claim(ImageId image) throws IOException {
        synchronized (receiving) {
            if (catalog.find(image) != null || !receiving.add(image)) {
                throw new ImageExistsException(image);
            }
        }
    }

    private CatalogEntry storeSpooled(ImageId image, String name, InputStream upload)
            throws IOException {
        Spool spool = spools.receive(image, upload);
        CatalogEntry entry = entry(spool, name);
        boolean acknowledged = false;
        try {
            spool.force();
            catalog.swap(null, entry);
            acknowledged = true;
        } finally {
            if (!acknowledged) {
                spool.close();
                spool.delete();
            }
        }
        threads.structureLater(image, spool, () -> structureSpooled(spool));
        return entry;
    }

    private CatalogEntry storeCommitted(ImageId image, String name, InputStream upload)
            throws IOException {
        try (Spool spool = spools.receive(image, upload)) {
            try {
                CatalogEntry entry = entry(spool, name).withManifest(structure(spool));
                catalog.swap(null, entry);
                return entry;
            } finally {
                spool.delete();
            }
        }
    }

    private CatalogEntry entry(Spool spool, String name) {
        return new CatalogEntry(
                spool.image(), name, spool.size(), spool.digests(), clock.instant(), null);
    }

    private ManifestId structure(Spool spool) throws IOException {
        return threads.structureNow(() ->
                structurer.structure(
                        spool, new Provenance("upload", clock.instant(), "", List.of())));
    }

    /** Takes an acknowledged upload apart; its entry may have been renamed or removed meanwhile. */
    private void structureSpooled(Spool spool) throws IOException {
        try {
            ManifestId manifest = structure(spool);
            CatalogEntry current = catalog.find(spool.image());
            while (current != null && isOf(current, spool)) {
                try {
                    catalog.swap(current, current.withManifest(manifest));
                    break;
                } catch (CatalogConflictException e) {
                    current = catalog.find(spool.image());
                }
            }
        } finally {
            dropSpool(spool.image());
        }
    }

    /** An image of the same id may have been stored since, with other bytes. */
    private static boolean isOf(CatalogEntry entry, Spool spool) {
        return entry.manifest() == null && entry.digests().equals(spool.digests());
    }

    /** Removes the spool of an image, unless it waits to be taken apart or is being received. */
    private void dropSpool(ImageId image) throws IOException {
        synchronized (receiving) {
            CatalogEntry entry = catalog.find(image);
            boolean waiting = entry != null && entry.manifest() == null;
            if (!waiting && !receiving.contains(image)) {
                spools.delete(image);
            }
        }
    }

    /** After a start: what was acknowledged is taken apart, what was not is removed. */
    private void resume() throws IOException {
        List<CatalogEntry> spooled =
                catalog.list().stream().filter(entry -> entry.manifest() == null).toList();
        Set<String> kept = new HashSet<>();
        spooled.forEach(entry -> kept.add(entry.image().value()));
        // It may be all there is of the image.
        catalog.damaged().forEach(entry -> kept.add(entry.image()));
        spools.deleteAllBut(kept);
        for (CatalogEntry entry : spooled) {
            threads.structureLater(entry.image(), () -> {}, () -> resume(entry));
        }
    }

    private void resume(CatalogEntry entry) throws IOException {
        try (Spool spool = spools.resume(entry)) {
            structureSpooled(spool);
        }
    }

    @Override
    public @Nullable StoredImage find(ImageId image) throws IOException {
        CatalogEntry entry = catalog.find(image);
        return entry == null ? null : describe(entry);
    }

    @Override
    public List<StoredImage> list() throws IOException {
        List<StoredImage> images = new ArrayList<>();
        for (CatalogEntry entry : catalog.list()) {
            images.add(describe(entry));
        }
        return images;
    }

    @Override
    public void rename(ImageId image, String name) throws IOException {
        boolean renamed = false;
        while (!renamed) {
            CatalogEntry current = require(image);
            try {
                catalog.swap(current, current.withName(name));
                renamed = true;
            } catch (CatalogConflictException e) {
                LOG.debug("image {} was structured or renamed in between", image, e);
            }
        }
    }

    @Override
    public void delete(ImageId image) throws IOException {
        catalog.remove(image);
        dropSpool(image);
    }

    @Override
    public ImageContent open(ImageId image, View view) throws IOException {
        CatalogEntry entry = require(image);
        ManifestId manifest = entry.manifest();
        return manifest == null ? openSpooled(entry, view) : open(manifests.read(manifest), view);
    }

    private ImageContent openSpooled(CatalogEntry entry, View view) throws IOException {
        ByteSource spool;
        try {
            spool = spools.open(entry);
        } catch (IOException e) {
            CatalogEntry now = require(entry.image());
            if (now.manifest() == null && now.digests().equals(entry.digests())) {
                throw e;
            }
            // Structured, or another image of this id, in between: the catalog says so by now.
            return open(entry.image(), view);
        }
        boolean opened = false;
        try {
            CatalogEntry now = require(entry.image());
            if (!now.digests().equals(entry.digests())) {
                return open(entry.image(), view);
            }
            ImageContent content =
                    new SourceContent(view == View.CONTAINER ? spool : disk(spool), spool);
            opened = true;
            return content;
        } finally {
            if (!opened) {
                spool.close();
            }
        }
    }

    private ImageContent open(ImageManifest manifest, View view) throws IOException {
        if (view == View.CONTAINER) {
            return content(manifest.container());
        }
        return switch (manifest.disk()) {
            case DiskView.SameAsContainer _ -> content(manifest.container());
            case DiskView.OwnRecipe own -> content(own.recipe());
            case DiskView.ThroughFormat _ -> {
                ByteSource container = content(manifest.container());
                yield new SourceContent(disk(container), container);
            }
            case DiskView.Opaque _ ->
                    throw new FormatException(
                            "the disk in this image cannot be read from the image alone: "
                                    + manifest.warnings());
        };
    }

    private ImageContent content(Recipe recipe) {
        return new RecipeContent(recipe, chunks, rebuilder);
    }

    private static ByteSource disk(ByteSource container) throws IOException {
        DiskImage image = ImageFormats.open(container, new Warnings());
        if (image.recognition() == DiskImage.Recognition.OPAQUE || !image.standsAlone()) {
            throw new FormatException("the disk in this image cannot be read from the image alone");
        }
        return image.disk();
    }

    /** The manifest of an image, null while it is spooled. */
    public @Nullable ImageManifest manifest(ImageId image) throws IOException {
        ManifestId manifest = require(image).manifest();
        return manifest == null ? null : manifests.read(manifest);
    }

    /** The files of each volume of an image that has any, by the order of the volumes. */
    public List<ImageFiles> files(ImageManifest manifest) throws IOException {
        List<ImageFiles> files = new ArrayList<>();
        for (VolumeRecord volume : manifest.volumes()) {
            VolumeRecord.FileTable table = volume.files();
            if (table != null) {
                files.add(ImageFiles.of(volume, table, chunks));
            }
        }
        return files;
    }

    /** What the library holds and what it takes. */
    public LibraryStatistics statistics() throws IOException {
        return LibraryStatistics.of(directory, catalog, manifests, chunks);
    }

    /** What an image shares with others. */
    public ImageSharing sharing(ImageId image) throws IOException {
        ImageManifest manifest = manifest(image);
        if (manifest == null) {
            throw new IOException("image " + image + " is being taken apart, try again later");
        }
        return ImageSharing.of(manifest, image, catalog, manifests, chunks);
    }

    /** For reading file tables. */
    public ChunkSource chunks() {
        return chunks;
    }

    /** Re-reads everything; see {@link LibraryVerifier}. */
    public LibraryVerifier verifier() {
        return new LibraryVerifier(blobs, chunks, manifests, catalog, rebuilder);
    }

    private CatalogEntry require(ImageId image) throws IOException {
        CatalogEntry entry = catalog.find(image);
        if (entry == null) {
            throw new ImageNotFoundException(image);
        }
        return entry;
    }

    private StoredImage describe(CatalogEntry entry) {
        ManifestId id = entry.manifest();
        if (id == null) {
            return describe(entry, StoredImage.State.SPOOLED, null, List.of());
        }
        try {
            ImageManifest manifest = manifests.read(id);
            return describe(entry, StoredImage.State.STRUCTURED, manifest, manifest.warnings());
        } catch (IOException e) {
            // One damaged image must not hide the others from a list.
            LOG.warn(
                    "manifest {} of image {} cannot be read: {}",
                    id,
                    entry.image(),
                    e.getMessage());
            return describe(
                    entry,
                    StoredImage.State.STRUCTURED,
                    null,
                    List.of("its manifest cannot be read: " + e.getMessage()));
        }
    }

    private static StoredImage describe(
            CatalogEntry entry,
            StoredImage.State state,
            @Nullable ImageManifest manifest,
            List<String> warnings) {
        String format = manifest == null ? null : manifest.format();
        return new StoredImage(
                entry.image(),
                entry.name(),
                entry.size(),
                format,
                manifest == null || format == null ? null : manifest.virtualSize(),
                entry.digests(),
                state,
                warnings);
    }

    /** Waits for uploads that are being taken apart to reach a safe point; those in the queue wait for the next start. */
    @Override
    public void close() throws IOException {
        parts.close();
    }
}
