package mirage.ingest;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.PlaceSketch;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds the earlier image that holds the same at the most places of a new one, by their sketches, and images of the same
 * descent: those whose file systems have the same UUID, which a copy of a disk keeps, whatever its format. What that
 * takes of the newest images is kept, a few KiB each. {@link #refresh}, which reads it, is for a thread that nobody waits
 * for: an upload is compared with what is known by then.
 */
public final class EarlierImages {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierImages.class);
    private static final int KEPT = 4096;

    /** Fewer equal samples are chance, or not worth a read. */
    private static final int MIN_AGREEMENT = 4;

    private final Catalog catalog;
    private final ManifestStore manifests;
    private final Map<ManifestId, Features> features = new ConcurrentHashMap<>();

    /** Whose manifests they are, as the catalog was read last. */
    private volatile Map<ManifestId, List<ImageId>> images = Map.of();

    /** Those that the catalog did not name when it was read last. */
    private Set<ManifestId> unnamed = Set.of();

    /**
     * What images are compared by.
     *
     * @param fileSystems their UUIDs, those that have one
     */
    private record Features(PlaceSketch sketch, Set<String> fileSystems) {
        /** Of an image that is like no other. */
        static final Features NONE =
                new Features(new PlaceSketch(new long[0], new int[0]), Set.of());

        static Features of(ImageManifest manifest) {
            Set<String> fileSystems = new HashSet<>();
            for (VolumeRecord volume : manifest.volumes()) {
                VolumeRecord.FileTable files = volume.files();
                if (files != null && !files.uuid().isEmpty()) {
                    fileSystems.add(files.uuid());
                }
            }
            return new Features(manifest.sketch(), fileSystems);
        }

        boolean areKin(Features other) {
            return !Collections.disjoint(fileSystems, other.fileSystems);
        }
    }

    public EarlierImages(Catalog catalog, ManifestStore manifests) {
        this.catalog = catalog;
        this.manifests = manifests;
    }

    /** The manifest of the image most alike, null when none is. */
    @Nullable ImageManifest mostAlike(PlaceSketch sketch) {
        ManifestId best = null;
        int most = MIN_AGREEMENT - 1;
        for (Map.Entry<ManifestId, Features> candidate : features.entrySet()) {
            int agreement = candidate.getValue().sketch.agreement(sketch);
            if (agreement > most) {
                most = agreement;
                best = candidate.getKey();
            }
        }
        return best == null ? null : read(best);
    }

    /**
     * The images that hold the same at many places, the one with the most first; behind them others of the same descent.
     *
     * @param image which itself is among them
     */
    public List<ImageId> alike(ImageManifest image) throws IOException {
        Features ours = Features.of(image);
        record Alike(ManifestId manifest, int agreement) {}
        List<Alike> alike = new ArrayList<>();
        features.forEach((manifest, other) -> {
            int agreement = other.sketch.agreement(ours.sketch);
            if (agreement >= MIN_AGREEMENT || other.areKin(ours)) {
                alike.add(new Alike(manifest, agreement));
            }
        });
        if (alike.stream().anyMatch(other -> !images.containsKey(other.manifest))) {
            refresh();
        }
        Map<ManifestId, List<ImageId>> known = images;
        return alike.stream()
                .sorted(Comparator.comparingInt(Alike::agreement).reversed())
                .flatMap(other -> known.getOrDefault(other.manifest, List.of()).stream())
                .toList();
    }

    /** Makes a new image one that later ones are compared with. */
    void add(ManifestId id, ImageManifest manifest) {
        features.put(id, Features.of(manifest));
    }

    /** Follows the catalog. What was added lately may not be in it yet: it goes when it is missing twice in a row. */
    public synchronized void refresh() throws IOException {
        List<CatalogEntry> entries = catalog.list();
        Set<ManifestId> current = newest(entries);
        images =
                entries.stream()
                        .filter(entry -> current.contains(entry.manifest()))
                        .collect(
                                Collectors.groupingBy(
                                        entry -> Objects.requireNonNull(entry.manifest()),
                                        Collectors.mapping(
                                                CatalogEntry::image, Collectors.toList())));
        Set<ManifestId> missing = new HashSet<>(features.keySet());
        missing.removeAll(current);
        for (ManifestId id : missing) {
            if (unnamed.contains(id)) {
                features.remove(id);
            }
        }
        unnamed = missing;
        for (ManifestId id : current) {
            if (!features.containsKey(id)) {
                ImageManifest manifest = read(id);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                // A damaged one is empty: it is like no image, and keeps none from being
                // stored.
                features.put(id, manifest == null ? Features.NONE : Features.of(manifest));
            }
        }
    }

    private static Set<ManifestId> newest(List<CatalogEntry> entries) {
        Set<ManifestId> newest = new HashSet<>();
        entries.stream()
                .sorted((a, b) -> b.stored().compareTo(a.stored()))
                .map(CatalogEntry::manifest)
                .filter(Objects::nonNull)
                .limit(KEPT)
                .forEach(newest::add);
        return newest;
    }

    private @Nullable ImageManifest read(ManifestId id) {
        try {
            return manifests.read(id);
        } catch (IOException e) {
            if (!Thread.currentThread().isInterrupted()) {
                LOG.error(
                        "manifest {} cannot be read: its image is not compared with others", id, e);
            }
            return null;
        }
    }
}
