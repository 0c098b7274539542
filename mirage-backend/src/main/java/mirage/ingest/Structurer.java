package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
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

    /** Each but the last has found another damaged pack. */
    private static final int MAX_ATTEMPTS = 8;

    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final EarlierImages earlierImages;
    private final CutStore cuts;
    private final Rebuilder rebuilder;
    private final Originals originals;
    private final Unwrapper unwrapper;
    private final ExecutorService workers;
    private final int workerCount;

    /**
     * @param originals takes what is proven to be made again, as it will be asked for soon
     * @param unwrapper decodes uploads that are compressed as a whole
     * @param workers names pieces and digests files
     * @param workerCount how many threads they are
     */
    public Structurer(
            ChunkStore chunks,
            ManifestStore manifests,
            EarlierImages earlierImages,
            Rebuilder rebuilder,
            Originals originals,
            Unwrapper unwrapper,
            ExecutorService workers,
            int workerCount) {
        this.chunks = chunks;
        this.manifests = manifests;
        this.earlierImages = earlierImages;
        this.cuts = new CutStore(chunks, earlierImages, workers, workerCount);
        this.rebuilder = rebuilder;
        this.originals = originals;
        this.unwrapper = unwrapper;
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
        Stored stored;
        try (MemoryPool.Share memory = MemoryPool.ofHeap().open()) {
            DiskLayout layout = DiskLayout.read(spool.bytes(), warnings, memory);
            try (Unwrapped unwrapped = unwrapper.open(spool, layout, warnings, memory)) {
                stored = store(spool, layout, unwrapped, warnings, memory);
            }
        }
        readBack(stored.volumes, stored.facts);
        ImageManifest manifest =
                new ImageManifest(
                        spool.size(),
                        spool.digests(),
                        stored.layout.format(),
                        stored.layout.image().virtualSize(),
                        stored.layout.image().externals().stream()
                                .map(external -> external.role() + ": " + external.name())
                                .toList(),
                        stored.container,
                        stored.disk,
                        stored.volumes,
                        warnings.messages(),
                        provenance,
                        stored.sketch,
                        stored.data,
                        stored.facts,
                        stored.layout.image().parts());
        ManifestId id = manifests.write(manifest);
        earlierImages.add(id, manifest);
        return id;
    }

    /**
     * What became of an upload: read back, and held against what came in.
     *
     * @param layout of the image that it was stored as
     */
    private record Stored(
            DiskLayout layout,
            Recipe container,
            DiskView disk,
            List<VolumeRecord> volumes,
            FactTable facts,
            PlaceSketch sketch,
            DataDigest data) {}

    private Stored store(
            Spool spool,
            DiskLayout layout,
            @Nullable Unwrapped unwrapped,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        if (unwrapped != null) {
            try {
                return storeUnwrapped(spool, layout, unwrapped.layout(), warnings, memory);
            } catch (CorruptPackException | MissingChunkException e) {
                throw e;
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                // The disk is a gift; for the upload there may be room yet.
                LOG.error("the disk in image {} is not stored", spool.image(), e);
                warnings.add("its disk is not stored: " + e.getMessage());
            }
        }
        return store(spool, layout, warnings, memory);
    }

    private Stored store(Spool spool, DiskLayout layout, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        if (hasDiskWithin(layout, spool.size())) {
            try {
                List<Encoder> encoders = EncoderSearch.find(layout.image(), spool.bytes());
                if (!encoders.isEmpty() || layout.diskPlain()) {
                    return storeByDisk(spool, layout, encoders, warnings, memory);
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
        return storeByContainer(spool, layout, warnings, memory);
    }

    /** Whether the disk is something else than the container, and can be stored for what the container costs. */
    private static boolean hasDiskWithin(DiskLayout layout, long containerLength) {
        return !layout.image().format().equals("raw")
                && DiskBounds.mayHaveRecipe(layout, containerLength);
    }

    /**
     * First the disk; then the bytes of the upload as they lie, since nothing of the disk is in them.
     *
     * @param layout of the upload, which says nothing of its bytes
     * @param unwrapped of the image that it is
     */
    private Stored storeUnwrapped(
            Spool spool,
            DiskLayout layout,
            DiskLayout unwrapped,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        DiskCut disk = storeDisk(spool, unwrapped, warnings, memory);
        Recipe recipe = disk.cut.recipe();
        DiskReadBack.check(recipe, unwrapped.image().disk(), chunks, rebuilder);
        Stored bytes = storeByContainer(spool, layout, warnings, memory);
        return new Stored(
                unwrapped,
                bytes.container,
                new DiskView.OwnRecipe(recipe),
                disk.cut.volumes(),
                disk.cut.facts(),
                disk.sketch,
                bytes.data);
    }

    /**
     * First the disk; then the container around it.
     *
     * @param encoders of the clusters that do not lie in the container as they are
     */
    private Stored storeByDisk(
            Spool spool,
            DiskLayout layout,
            List<Encoder> encoders,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        DiskCut disk = storeDisk(spool, layout, warnings, memory);
        Recipe container = aroundDisk(spool, layout.image(), encoders, disk.cut.recipe(), memory);
        return new Stored(
                layout,
                container,
                new DiskView.OwnRecipe(disk.cut.recipe()),
                disk.cut.volumes(),
                disk.cut.facts(),
                disk.sketch,
                readBack(container, spool));
    }

    /** What became of a disk, and the sketch of it. */
    private record DiskCut(CutStore.Cut cut, PlaceSketch sketch) {}

    /** Stores the disk in a container, cut as the same disk would be cut raw. */
    private DiskCut storeDisk(
            Spool spool, DiskLayout layout, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        ByteSource disk = layout.image().disk();
        DiskBlocks blocks =
                DiskBlocks.read(disk, DiskBounds.mostDataBytes(spool.size()), workers, workerCount);
        try (MemoryPool.Part _ = memory.part()) {
            FactCollection facts = new FactCollection(spool.size(), memory);
            FileTables files = new FileTables(disk, spool.size(), warnings, facts, memory);
            CutPlan plan = ImagePlan.ofDisk(layout, files, warnings, memory);
            CutStore.Cut cut = cuts.store(disk, blocks, blocks.sketch(), plan, files, facts);
            return new DiskCut(cut, blocks.sketch());
        }
    }

    /** The container's bytes as they lie, cut along what is known of them. */
    private Stored storeByContainer(
            Spool spool, DiskLayout layout, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        PlaceSketch sketch = spool.map().sketch();
        CutStore.Cut cut;
        try (MemoryPool.Part _ = memory.part()) {
            FactCollection facts = new FactCollection(spool.size(), memory);
            FileTables files =
                    new FileTables(layout.image().disk(), spool.size(), warnings, facts, memory);
            CutPlan plan = ImagePlan.asItLies(layout, files, spool.size(), warnings, memory);
            cut = cuts.store(spool.bytes(), spool.map(), sketch, plan, files, facts);
        }
        return new Stored(
                layout,
                cut.recipe(),
                diskView(layout),
                cut.volumes(),
                cut.facts(),
                sketch,
                readBack(cut.recipe(), spool));
    }

    private static DiskView diskView(DiskLayout layout) {
        if (layout.image().format().equals("raw")) {
            return new DiskView.SameAsContainer();
        }
        return layout.diskReadable() ? new DiskView.ThroughFormat() : new DiskView.Opaque();
    }

    private Recipe aroundDisk(
            Spool spool,
            DiskImage image,
            List<Encoder> encoders,
            Recipe disk,
            MemoryPool.Share memory)
            throws IOException {
        RecipeReader runs = new RecipeReader(disk, chunks);
        try (ChunkWriter metadata = chunks.newMetadataWriter();
                Original original = originals.open(spool.digests().sha256(), spool.size())) {
            ClusterProof proof =
                    new ClusterProof(encoders, runs, new RecipeSource(disk, chunks), original);
            Recipe container =
                    new AroundDisk(spool.bytes(), spool.map(), image, runs, proof)
                            .store(workers, workerCount, metadata, memory);
            metadata.commit();
            return container;
        }
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
