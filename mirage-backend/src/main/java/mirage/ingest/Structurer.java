package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;
import mirage.codec.DataDigest;
import mirage.encoder.Encoder;
import mirage.facts.FactCollection;
import mirage.image.DiskImage;
import mirage.layout.DiskLayout;
import mirage.manifest.DiskView;
import mirage.manifest.FactTable;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.PlaceSketch;
import mirage.manifest.Provenance;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeReader;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkStore;
import mirage.pack.ChunkWriter;
import mirage.pack.CorruptPackException;
import mirage.rebuild.Original;
import mirage.rebuild.Originals;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Takes an upload apart: from a spool to a manifest. Whatever is in the upload, the recipe rebuilds its bytes; what is
 * not understood only costs sharing and answers.
 *
 * <p>Order: 1. chunks of data, 2. chunks of recipes and file tables, 3. everything read back and held against what came
 * in, 4. the manifest. Nothing names it yet: the caller swaps it into the catalog.
 */
public final class Structurer {
    private static final Logger LOG = LoggerFactory.getLogger(Structurer.class);

    /** A larger disk is read through its format: its recipe would be 4 million segments long. */
    private static final long MAX_DISK_RECIPE_BYTES = 16L << 40;

    /** Read of any disk, however small its container. */
    private static final long LEAST_DISK_BUDGET_BYTES = 2L << 30;

    /** Each but the last has found another damaged pack. */
    private static final int MAX_ATTEMPTS = 8;

    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final EarlierImages earlierImages;
    private final Rebuilder rebuilder;
    private final Originals originals;
    private final ExecutorService workers;
    private final int workerCount;

    /**
     * @param originals takes what is proven to be made again, as it will be asked for soon
     * @param workers names pieces and digests files
     * @param workerCount how many threads they are
     */
    public Structurer(
            ChunkStore chunks,
            ManifestStore manifests,
            EarlierImages earlierImages,
            Rebuilder rebuilder,
            Originals originals,
            ExecutorService workers,
            int workerCount) {
        this.chunks = chunks;
        this.manifests = manifests;
        this.earlierImages = earlierImages;
        this.rebuilder = rebuilder;
        this.originals = originals;
        this.workers = workers;
        this.workerCount = workerCount;
    }

    /**
     * Stores an upload and gives its manifest, durable and read back. Should a pack that holds some of it already prove
     * damaged, what the pack lost is stored again, which mends every other image that needs it.
     */
    public ManifestId structure(Spool spool, Provenance provenance) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int condemned = chunks.condemned();
            try {
                return structureOnce(spool, provenance);
            } catch (CorruptPackException | MissingChunkException e) {
                if (e instanceof CorruptPackException damaged) {
                    chunks.examine(damaged.pack());
                }
                if (attempt == MAX_ATTEMPTS || chunks.condemned() == condemned) {
                    throw e;
                }
                LOG.error("image {} is stored anew around a damaged pack", spool.image(), e);
            }
        }
    }

    private ManifestId structureOnce(Spool spool, Provenance provenance) throws IOException {
        Warnings warnings = new Warnings();
        DiskLayout layout = DiskLayout.read(spool.bytes(), warnings);
        Stored stored = store(spool, layout, warnings);
        readBack(stored.volumes, stored.facts);
        ImageManifest manifest =
                new ImageManifest(
                        spool.size(),
                        spool.digests(),
                        layout.format(),
                        layout.image().virtualSize(),
                        layout.image().externals().stream()
                                .map(external -> external.role() + ": " + external.name())
                                .toList(),
                        stored.container,
                        stored.disk,
                        stored.volumes,
                        warnings.messages(),
                        provenance,
                        stored.sketch,
                        stored.data,
                        stored.facts);
        ManifestId id = manifests.write(manifest);
        earlierImages.add(id, manifest);
        return id;
    }

    /** What became of an upload: read back, and held against what came in. */
    private record Stored(
            Recipe container,
            DiskView disk,
            List<VolumeRecord> volumes,
            FactTable facts,
            PlaceSketch sketch,
            DataDigest data) {}

    /** What became of bytes that were cut along files. */
    private record Cut(Recipe recipe, List<VolumeRecord> volumes, FactTable facts) {}

    private Stored store(Spool spool, DiskLayout layout, Warnings warnings) throws IOException {
        if (hasDiskWithin(layout, spool.size())) {
            try {
                List<Encoder> encoders = EncoderSearch.find(layout.image(), spool.bytes());
                if (!encoders.isEmpty() || layout.diskPlain()) {
                    return storeByDisk(spool, layout, encoders, warnings);
                }
            } catch (FormatException | EOFException e) {
                warnings.add("its disk is not stored by itself: " + e.getMessage());
            } catch (ReadBack.DifferenceException e) {
                // A reader with a defect must not cost a tenant an upload.
                LOG.error(
                        "the map and the disk of {} image {} differ",
                        layout.format(),
                        spool.image(),
                        e);
                warnings.add("its map and its disk differ: " + e.getMessage());
            }
        }
        return storeByContainer(spool, layout, warnings);
    }

    /** Whether the disk is something else than the container, and can be stored for what the container costs. */
    private static boolean hasDiskWithin(DiskLayout layout, long containerLength) {
        DiskImage image = layout.image();
        return !image.format().equals("raw")
                && layout.diskReadable()
                && image.complete()
                && image.virtualSize() <= MAX_DISK_RECIPE_BYTES
                && image.plainMap().mappedBytes() <= containerLength;
    }

    /**
     * First the disk, cut as the same disk would be cut raw; then the container around it.
     *
     * @param encoders of the clusters that do not lie in the container as they are
     */
    private Stored storeByDisk(
            Spool spool, DiskLayout layout, List<Encoder> encoders, Warnings warnings)
            throws IOException {
        ByteSource disk = layout.image().disk();
        DiskBlocks blocks = DiskBlocks.read(disk, mostDiskBytes(spool), workers, workerCount);
        FactCollection facts = new FactCollection(spool.size());
        FileTables files = new FileTables(disk, spool.size(), warnings, facts);
        CutPlan plan = ImagePlan.ofDisk(layout, files, warnings);
        Cut cut = store(disk, blocks, mostAlike(blocks.sketch()), plan, files, facts);
        Recipe container = aroundDisk(spool, layout.image(), encoders, cut.recipe);
        return new Stored(
                container,
                new DiskView.OwnRecipe(cut.recipe),
                cut.volumes,
                cut.facts,
                blocks.sketch(),
                readBack(container, spool));
    }

    /** A few KiB can name one place over and over. */
    private static long mostDiskBytes(Spool spool) {
        return LEAST_DISK_BUDGET_BYTES + 16 * Math.min(spool.size(), Long.MAX_VALUE / 32);
    }

    /** The container's bytes as they lie, cut along what is known of them. */
    private Stored storeByContainer(Spool spool, DiskLayout layout, Warnings warnings)
            throws IOException {
        DiskImage image = layout.image();
        FactCollection facts = new FactCollection(spool.size());
        FileTables files = new FileTables(image.disk(), spool.size(), warnings, facts);
        CutPlan plan = ImagePlan.asItLies(layout, files, spool.size(), warnings);
        PlaceSketch sketch = spool.map().sketch();
        Cut cut = store(spool.bytes(), spool.map(), mostAlike(sketch), plan, files, facts);
        return new Stored(
                cut.recipe,
                diskView(layout),
                cut.volumes,
                cut.facts,
                sketch,
                readBack(cut.recipe, spool));
    }

    private static DiskView diskView(DiskLayout layout) {
        if (layout.image().format().equals("raw")) {
            return new DiskView.SameAsContainer();
        }
        return layout.diskReadable() ? new DiskView.ThroughFormat() : new DiskView.Opaque();
    }

    private Cut store(
            ByteSource bytes,
            ZeroBlocks zeros,
            @Nullable EarlierImage earlier,
            CutPlan plan,
            FileTables files,
            FactCollection facts)
            throws IOException {
        try (ChunkWriter data = chunks.newWriter();
                ChunkWriter metadata = chunks.newMetadataWriter()) {
            ChunkingSink sink =
                    new ChunkingSink(
                            bytes,
                            workers,
                            workerCount,
                            data,
                            new RecipeBuilder(metadata::put),
                            (owner, sha256) -> nameFile(files, owner, sha256));
            new Cutter(bytes, zeros, earlier, sink)
                    .cut(
                            plan,
                            owner -> owner < files.contentCount() ? files.contentSize(owner) : -1);
            Recipe recipe = sink.finish();
            files.readTheRest(workers);
            List<VolumeRecord> volumes = files.finish(metadata::put);
            FactTable told = facts.finish(metadata::put);
            data.commit();
            metadata.commit();
            return new Cut(recipe, volumes, told);
        }
    }

    private Recipe aroundDisk(Spool spool, DiskImage image, List<Encoder> encoders, Recipe disk)
            throws IOException {
        RecipeReader runs = new RecipeReader(disk, chunks);
        try (ChunkWriter metadata = chunks.newMetadataWriter();
                Original original = originals.open(spool.digests().sha256(), spool.size())) {
            ClusterProof proof =
                    new ClusterProof(encoders, runs, new RecipeSource(disk, chunks), original);
            Recipe container =
                    new AroundDisk(spool.bytes(), spool.map(), image, runs, proof)
                            .store(workers, workerCount, metadata);
            metadata.commit();
            return container;
        }
    }

    /** Encoded clusters are contents too, but no files: their numbers come after the files'. */
    private static void nameFile(FileTables files, int owner, ChunkId sha256) {
        if (owner < files.contentCount()) {
            files.name(owner, sha256);
        }
    }

    /** The sketch of an image is of what the recipe is of that places are compared in. */
    private @Nullable EarlierImage mostAlike(PlaceSketch sketch) {
        ImageManifest manifest = earlierImages.mostAlike(sketch);
        if (manifest == null) {
            return null;
        }
        Recipe places =
                manifest.disk() instanceof DiskView.OwnRecipe own
                        ? own.recipe()
                        : manifest.container();
        return new EarlierImage(places, chunks);
    }

    private DataDigest readBack(Recipe container, Spool spool) throws IOException {
        ReadBack readBack = new ReadBack(spool.map());
        rebuilder.transferTo(
                container, 0, container.length(), new UploadedOriginal(spool), readBack);
        return readBack.finish();
    }

    private void readBack(List<VolumeRecord> volumes, FactTable facts) throws IOException {
        for (VolumeRecord volume : volumes) {
            VolumeRecord.FileTable files = volume.files();
            if (files != null) {
                for (ChunkId block : files.blocks()) {
                    chunks.read(block);
                }
            }
        }
        for (ChunkId block : facts.blocks()) {
            chunks.read(block);
        }
    }
}
