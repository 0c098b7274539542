package mirage.library;

import mirage.blob.BlobStore;
import mirage.blob.directory.DirectoryBlobStore;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.catalog.CatalogConflictException;
import mirage.catalog.CatalogEntry;
import mirage.catalog.DamagedEntry;
import mirage.catalog.DirectoryCatalog;
import mirage.catalog.ImageId;
import mirage.chunk.ChunkSource;
import mirage.encoder.Encoders;
import mirage.ingest.EarlierImages;
import mirage.ingest.SpoolDirectory;
import mirage.ingest.Structurer;
import mirage.ingest.Unwrapper;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.maintain.LibraryVerifier;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkIndex;
import mirage.pack.ChunkStore;
import mirage.pack.rocksdb.RocksDbChunkIndex;
import mirage.rebuild.DirectoryOriginals;
import mirage.rebuild.Originals;
import mirage.rebuild.Rebuilder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * The library over a directory, which any number of processes may have open at once, each as a node of its own.
 * <pre>
 *   blobs/      packs and manifests
 *   catalog/    a file for each image
 *   spool/      uploads on their way in
 *   nodes/      for each node its lock, its heartbeat, and its index/ and originals/ unless these are elsewhere
 *   index/      where each chunk is; derived from the packs; that of the default node
 *   originals/  compressed images, encoded and ready; may be deleted; those of the default node
 * </pre>
 *
 * <p>{@link Uploads} has the way of an image from the stream to the manifest, {@code docs/decisions/0012} what several
 * processes do to one another.
 */
public final class MirageLibrary implements ImageLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(MirageLibrary.class);

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final long AWAIT_PAUSE_MILLIS = 25;

    /** Listing all images costs more than listing packs, and gains less. */
    private static final int LOOKS_UNTIL_IMAGES = 6;

    private final Path directory;
    private final LibrarySettings settings;
    private final OpenedParts parts;
    private final Node node;
    private final BlobStore blobs;
    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final DirectoryCatalog catalog;
    private final EarlierImages earlierImages;
    private final LibraryThreads threads;
    private final Rebuilder rebuilder;
    private final StoredImages images;
    private final Uploads uploads;
    private final ImageContents contents;
    private final AtomicBoolean comparing = new AtomicBoolean();

    /**
     * Opens the library of a directory, which is made when it is missing.
     *
     * @param directory shared by all nodes of the library
     * @throws DirectoryInUseException when another process is the node that the settings name
     */
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
            Node node = parts.add(Node.open(directory, settings.node()));
            MirageLibrary library =
                    new MirageLibrary(directory, settings, node, stacked, clock, parts);
            if (library.uploads.start()) {
                library.startComparing();
            }
            library.startBackground();
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
            Node node,
            UnaryOperator<BlobStore> stacked,
            Clock clock,
            OpenedParts parts)
            throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.parts = parts;
        this.node = node;
        this.blobs = parts.add(stacked.apply(DirectoryBlobStore.open(directory.resolve("blobs"))));
        ChunkIndex index = parts.add(RocksDbChunkIndex.open(node.indexDirectory()));
        this.chunks = parts.add(ChunkStore.open(blobs, index, settings.packs()));
        this.manifests = new ManifestStore(blobs);
        this.catalog = parts.add(DirectoryCatalog.open(directory.resolve("catalog"), node.name()));
        this.earlierImages = new EarlierImages(catalog, manifests);
        this.threads = parts.add(new LibraryThreads(settings.structurers()));
        this.rebuilder = new Rebuilder(chunks, threads.readers());
        Originals originals = originals(settings, node);
        this.images = new StoredImages(catalog, manifests);
        SpoolDirectory spools = SpoolDirectory.open(directory.resolve("spool"), node.name());
        this.uploads =
                new Uploads(
                        spools,
                        catalog,
                        new Structurer(
                                chunks,
                                manifests,
                                earlierImages,
                                rebuilder,
                                originals,
                                new Unwrapper(spools, settings.mostDecodedBytes()),
                                threads.workers(),
                                threads.workerCount()),
                        threads,
                        node.name(),
                        clock);
        this.contents = new ImageContents(images, uploads, manifests, chunks, rebuilder, originals);
    }

    private static Originals originals(LibrarySettings settings, Node node) throws IOException {
        return settings.node().visitor() || settings.encodedCacheBytes() == 0
                ? Originals.NONE
                : DirectoryOriginals.open(node.originalsDirectory(), settings.encodedCacheBytes());
    }

    /** Durable before anything is acknowledged in them, and nobody's business but the owner's. */
    private static void makeDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_ONLY);
        Path real = directory.toRealPath();
        for (String part : List.of("catalog", "spool", "nodes")) {
            Files.createDirectories(real.resolve(part), OWNER_ONLY);
        }
        force(real);
        Path parent = real.getParent();
        if (parent != null) {
            force(parent);
        }
    }

    /** Only who stores needs what images are compared by. It is read while the first upload comes in. */
    private void startComparing() {
        if (!comparing.getAndSet(true)) {
            threads.soon("reading sketches of images", earlierImages::refresh);
        }
    }

    private void startBackground() {
        threads.soon("testing encoders", Encoders::areSound);
        Duration every = settings.node().lookEvery();
        threads.repeat("following packs of other nodes", every, chunks::follow);
        threads.repeat(
                "following images of other nodes",
                every.multipliedBy(LOOKS_UNTIL_IMAGES),
                this::followImages);
        threads.repeat("looking at other nodes", every, this::lookAtOthers);
    }

    private void followImages() throws IOException {
        if (comparing.get()) {
            earlierImages.refresh();
        }
    }

    private void lookAtOthers() throws IOException {
        uploads.tidy();
        if (!settings.node().visitor()) {
            for (String dead : node.lookForDead(uploads.owners())) {
                node.takeOver(
                        dead,
                        () -> {
                            catalog.removeLeftovers(dead);
                            uploads.takeOver(dead);
                        });
            }
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
        startComparing();
        return images.describe(
                settings.acknowledge() == Acknowledge.SPOOLED
                        ? uploads.storeSpooled(image, label, upload)
                        : uploads.storeCommitted(image, label, upload));
    }

    @Override
    public @Nullable StoredImage find(ImageId image) throws IOException {
        CatalogEntry entry = catalog.find(image);
        return entry == null ? null : images.describe(entry);
    }

    @Override
    public List<StoredImage> list() throws IOException {
        List<StoredImage> list = new ArrayList<>();
        for (CatalogEntry entry : catalog.list()) {
            list.add(images.describe(entry));
        }
        return list;
    }

    @Override
    public List<DamagedEntry> damaged() throws IOException {
        return catalog.damaged();
    }

    @Override
    public void rename(ImageId image, String name) throws IOException {
        boolean renamed = false;
        while (!renamed) {
            CatalogEntry current = images.require(image);
            try {
                catalog.swap(current, current.withName(name));
                renamed = true;
            } catch (CatalogConflictException e) {
                LOG.debug("image {} was structured or renamed in between", image, e);
            }
        }
    }

    @Override
    public void move(ImageId from, ImageId to) throws IOException {
        if (from.equals(to)) {
            images.require(from);
        } else {
            uploads.move(from, to);
        }
    }

    @Override
    public StoredImage awaitStructured(ImageId image, Duration atMost) throws IOException {
        long start = System.nanoTime();
        CatalogEntry entry = images.require(image);
        while (entry.manifest() == null && System.nanoTime() - start < atMost.toNanos()) {
            try {
                Thread.sleep(AWAIT_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for image " + image);
            }
            entry = images.require(image);
        }
        return images.describe(entry);
    }

    @Override
    public void delete(ImageId image) throws IOException {
        CatalogEntry removed = catalog.remove(image);
        if (removed != null) {
            uploads.drop(removed);
        }
    }

    @Override
    public ImageContent open(ImageId image, View view) throws IOException {
        return contents.open(image, view);
    }

    /**
     * What an image's volumes lie on: the guest's disk, or all disks of an image that has several, one behind the other.
     *
     * @throws FormatException when they cannot be read
     */
    public ImageContent openDisks(ImageManifest manifest) throws IOException {
        return contents.openDisks(manifest);
    }

    /**
     * One disk of an image that has several.
     *
     * @param name as in {@link ImageManifest#disks()}
     * @throws FormatException when there is none of that name, or it cannot be read
     */
    public ImageContent openDisk(ImageManifest manifest, String name) throws IOException {
        return contents.openDisk(manifest, name);
    }

    /** The manifest of an image, null while it is spooled. */
    public @Nullable ImageManifest manifest(ImageId image) throws IOException {
        return images.manifest(image);
    }

    /** The name of an image's manifest, null while it is spooled. It is another one for each upload, also of equal bytes. */
    public @Nullable ManifestId manifestId(ImageId image) throws IOException {
        return images.require(image).manifest();
    }

    /**
     * The recipe of a view.
     *
     * @throws ImageNotFoundException when the image is not here
     * @throws NotDeployableException when the image is not taken apart yet, or its disk cannot be read
     */
    public ViewRecipe recipe(ImageView view) throws IOException {
        return ViewRecipe.open(this, view);
    }

    /**
     * Images whose uploaded bytes agree with those of an image at many places, the one that agrees most first; behind them
     * those with the same file system, by its UUID, in whatever format. What another process stored may be missing for
     * minutes.
     */
    public List<ImageId> alike(ImageId image, int atMost) throws IOException {
        startComparing();
        ImageManifest manifest = manifest(image);
        return manifest == null
                ? List.of()
                : earlierImages.alike(manifest).stream()
                        .filter(other -> !other.equals(image))
                        .limit(atMost)
                        .toList();
    }

    /** The files of each of some volumes of an image that has any, by the order of the volumes. */
    public List<ImageFiles> files(List<VolumeRecord> volumes) throws IOException {
        List<ImageFiles> files = new ArrayList<>();
        for (VolumeRecord volume : volumes) {
            VolumeRecord.FileTable table = volume.files();
            if (table != null) {
                files.add(ImageFiles.of(volume, table, chunks));
            }
        }
        return files;
    }

    /** How many uploads wait until there is memory to take them apart, to all libraries of this process. */
    public static int imagesWaitingForMemory() {
        return MemoryPool.ofHeap().waiting();
    }

    /** What the library holds and what it takes. */
    public LibraryStatistics statistics() throws IOException {
        return LibraryStatistics.of(
                node.indexDirectory(), directory.resolve("spool"), catalog, manifests, chunks);
    }

    /** What an image shares with others. */
    public ImageSharing sharing(ImageId image) throws IOException {
        ImageManifest manifest = manifest(image);
        if (manifest == null) {
            throw new IOException("image " + image + " is being taken apart, try again later");
        }
        return ImageSharing.of(manifest, image, catalog, manifests, chunks);
    }

    /** What one image has that another has not. */
    public ImageDeltas deltas() {
        return new ImageDeltas(this);
    }

    /** For reading file tables. */
    public ChunkSource chunks() {
        return chunks;
    }

    /** Re-reads everything; see {@link LibraryVerifier}. */
    public LibraryVerifier verifier() {
        return new LibraryVerifier(blobs, chunks, manifests, catalog, rebuilder, uploads::open);
    }

    /** Waits for uploads that are being taken apart to reach a safe point; those in the queue wait for the next start. */
    @Override
    public void close() throws IOException {
        parts.close();
    }
}
