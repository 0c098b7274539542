package mirage.ingest;

import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;
import mirage.codec.DataDigest;
import mirage.facts.FactCollection;
import mirage.image.DiskImage;
import mirage.layout.DiskLayout;
import mirage.layout.VolumeLayout;
import mirage.manifest.DiskView;
import mirage.manifest.FactTable;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.Provenance;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkStore;
import mirage.pack.ChunkWriter;
import mirage.pack.CorruptPackException;
import mirage.rebuild.Rebuilder;
import mirage.rebuild.RecipeSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    /** Encoded clusters below this are left to the rest: a hostile image can have millions of a byte each. */
    private static final int LEAST_PIECE_BYTES = 256;

    /** A larger disk is read through its format: its recipe would be 4 million segments long. */
    private static final long MAX_DISK_RECIPE_BYTES = 16L << 40;

    /** Each but the last has found another damaged pack. */
    private static final int MAX_ATTEMPTS = 8;

    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final EarlierImages earlierImages;
    private final Rebuilder rebuilder;
    private final ExecutorService workers;
    private final int workerCount;

    /**
     * @param workers names pieces and digests files
     * @param workerCount how many threads they are
     */
    public Structurer(
            ChunkStore chunks,
            ManifestStore manifests,
            EarlierImages earlierImages,
            Rebuilder rebuilder,
            ExecutorService workers,
            int workerCount) {
        this.chunks = chunks;
        this.manifests = manifests;
        this.earlierImages = earlierImages;
        this.rebuilder = rebuilder;
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
        FactCollection facts = new FactCollection();
        FileTables files = new FileTables(layout.image().disk(), spool.size(), warnings, facts);
        CutPlan plan = plan(layout, files, spool.size(), warnings);
        Recipe container;
        List<VolumeRecord> volumes;
        FactTable told;
        try (ChunkWriter data = chunks.newWriter();
                ChunkWriter metadata = chunks.newMetadataWriter()) {
            container = store(spool, plan, files, data, metadata);
            files.readTheRest(workers);
            volumes = files.finish(metadata::put);
            told = facts.finish(metadata::put);
            data.commit();
            metadata.commit();
        }
        DataDigest data = readBack(container, spool);
        readBack(volumes, told);
        ImageManifest manifest =
                new ImageManifest(
                        spool.size(),
                        spool.digests(),
                        layout.format(),
                        layout.image().virtualSize(),
                        layout.image().externals().stream()
                                .map(external -> external.role() + ": " + external.name())
                                .toList(),
                        container,
                        diskView(layout, container, spool.size(), warnings),
                        volumes,
                        warnings.messages(),
                        provenance,
                        spool.map().sketch(),
                        data,
                        told);
        ManifestId id = manifests.write(manifest);
        earlierImages.add(id, manifest);
        return id;
    }

    /** Which bytes of the container belong to which file, or are an encoded cluster, or mean nothing to us. */
    static CutPlan plan(
            DiskLayout layout, FileTables files, long containerLength, Warnings warnings)
            throws IOException {
        CutPlan.Builder plan = new CutPlan.Builder(containerLength);
        DiskImage image = layout.image();
        ExtentMap inContainer = image.plainMap();
        for (VolumeLayout volume : layout.volumes()) {
            files.add(
                    volume,
                    (owner, onDisk, size) ->
                            plan.addContent(owner, onDisk.through(inContainer), size));
            if (volume.fileSystem() == null) {
                onDisk(volume)
                        .through(inContainer)
                        .runs()
                        .forEach(run -> plan.addOpaque(new Extent(run.target(), run.length())));
            }
        }
        if (!layout.understood() && containerLength > 0) {
            plan.addOpaque(new Extent(0, containerLength));
        }
        int owner = files.contentCount();
        for (DiskImage.EncodedCluster cluster : image.encodedClusters()) {
            if (cluster.storedLength() < LEAST_PIECE_BYTES) {
                continue;
            }
            ExtentMap place =
                    new ExtentMap.Builder()
                            .add(0, cluster.storedLength(), cluster.containerOffset())
                            .build();
            plan.addContent(owner++, place, cluster.storedLength());
        }
        return plan.build(warnings);
    }

    private static ExtentMap onDisk(VolumeLayout layout) {
        return new ExtentMap.Builder()
                .add(0, layout.volume().length(), layout.volume().offset())
                .build();
    }

    private Recipe store(
            Spool spool, CutPlan plan, FileTables files, ChunkWriter data, ChunkWriter metadata)
            throws IOException {
        ChunkingSink sink =
                new ChunkingSink(
                        spool.bytes(),
                        workers,
                        workerCount,
                        data,
                        new RecipeBuilder(metadata::put),
                        (owner, sha256) -> nameFile(files, owner, sha256));
        new Cutter(spool.bytes(), spool.map(), mostAlike(spool), sink)
                .cut(plan, owner -> owner < files.contentCount() ? files.contentSize(owner) : -1);
        return sink.finish();
    }

    /** Encoded clusters are contents too, but no files: their numbers come after the files'. */
    private static void nameFile(FileTables files, int owner, ChunkId sha256) {
        if (owner < files.contentCount()) {
            files.name(owner, sha256);
        }
    }

    private @Nullable EarlierImage mostAlike(Spool spool) {
        ImageManifest manifest = earlierImages.mostAlike(spool.map().sketch());
        return manifest == null ? null : new EarlierImage(manifest.container(), chunks);
    }

    private DataDigest readBack(Recipe container, Spool spool) throws IOException {
        ReadBack readBack = new ReadBack(spool.map());
        rebuilder.transferTo(container, 0, container.length(), readBack);
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

    private DiskView diskView(
            DiskLayout layout, Recipe container, long containerLength, Warnings warnings)
            throws IOException {
        DiskImage image = layout.image();
        if (image.format().equals("raw")) {
            return new DiskView.SameAsContainer();
        }
        if (!layout.diskReadable()) {
            return new DiskView.Opaque();
        }
        if (!layout.diskPlain() || isOutOfProportion(image, containerLength)) {
            return new DiskView.ThroughFormat();
        }
        Recipe recipe = diskRecipe(image, container);
        long difference =
                new SameBytes(recipe, new RecipeSource(recipe, chunks), image.disk(), rebuilder)
                        .firstDifference();
        if (difference >= 0) {
            // A reader with a defect must not cost a tenant an upload.
            LOG.error(
                    "the map and the disk of a {} image differ at {}", image.format(), difference);
            warnings.add("its map and its disk differ at " + difference);
            return new DiskView.ThroughFormat();
        }
        return new DiskView.OwnRecipe(recipe);
    }

    /** A few KiB can claim a disk of EiB, by holes or by naming one cluster over and over. */
    private static boolean isOutOfProportion(DiskImage image, long containerLength) {
        return image.virtualSize() > MAX_DISK_RECIPE_BYTES
                || image.plainMap().mappedBytes() > containerLength;
    }

    /** The container's recipe in the order of the disk: the same chunks, no byte stored again. */
    private Recipe diskRecipe(DiskImage image, Recipe container) throws IOException {
        RecipeReader runs = new RecipeReader(container, chunks);
        try (ChunkWriter metadata = chunks.newMetadataWriter()) {
            RecipeBuilder disk = new RecipeBuilder(metadata::put);
            ExtentMap places = image.plainMap();
            for (int i = 0; i < places.runCount(); i++) {
                ExtentMap.Run place = places.run(i);
                zeros(disk, place.offset());
                runs.forEachRun(place.target(), place.length(), (_, run) -> disk.add(run));
            }
            zeros(disk, image.virtualSize());
            Recipe recipe = disk.finish();
            metadata.commit();
            return recipe;
        }
    }

    private static void zeros(RecipeBuilder recipe, long until) throws IOException {
        if (until > recipe.length()) {
            recipe.add(new RecipeRun.Zero(until - recipe.length()));
        }
    }
}
