package mirage.ingest;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.PlaceSketch;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds the earlier image that holds the same at the most places of a new one, by their sketches. Those of the newest
 * images are kept, a few KiB each. {@link #refresh}, which reads them, is for a thread that nobody waits for: an upload
 * is compared with what is known by then.
 */
public final class EarlierImages {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierImages.class);
    private static final int KEPT = 4096;

    /** Fewer equal samples are chance, or not worth a read. */
    private static final int MIN_AGREEMENT = 4;

    private final Catalog catalog;
    private final ManifestStore manifests;
    private final Map<ManifestId, PlaceSketch> sketches = new ConcurrentHashMap<>();

    /** Whose manifests they are, as the catalog was read last. */
    private volatile Map<ManifestId, List<ImageId>> images = Map.of();

    /** Those that the catalog did not name when it was read last. */
    private Set<ManifestId> unnamed = Set.of();

    public EarlierImages(Catalog catalog, ManifestStore manifests) {
        this.catalog = catalog;
        this.manifests = manifests;
    }

    /** The manifest of the image most alike, null when none is. */
    @Nullable ImageManifest mostAlike(PlaceSketch sketch) {
        ManifestId best = null;
        int most = MIN_AGREEMENT - 1;
        for (Map.Entry<ManifestId, PlaceSketch> candidate : sketches.entrySet()) {
            int agreement = candidate.getValue().agreement(sketch);
            if (agreement > most) {
                most = agreement;
                best = candidate.getKey();
            }
        }
        return best == null ? null : read(best);
    }

    /** The images that hold the same at many places, the one with the most first; of those with equally many, any. */
    public List<ImageId> alike(PlaceSketch sketch) {
        record Alike(ManifestId manifest, int agreement) {}
        Map<ManifestId, List<ImageId>> known = images;
        return sketches.entrySet().stream()
                .map(other -> new Alike(other.getKey(), other.getValue().agreement(sketch)))
                .filter(other -> other.agreement >= MIN_AGREEMENT)
                .sorted(Comparator.comparingInt(Alike::agreement).reversed())
                .flatMap(other -> known.getOrDefault(other.manifest, List.of()).stream())
                .toList();
    }

    /** Makes a new image one that later ones are compared with. */
    void add(ManifestId manifest, PlaceSketch sketch) {
        sketches.put(manifest, sketch);
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
        Set<ManifestId> missing = new HashSet<>(sketches.keySet());
        missing.removeAll(current);
        for (ManifestId id : missing) {
            if (unnamed.contains(id)) {
                sketches.remove(id);
            }
        }
        unnamed = missing;
        for (ManifestId id : current) {
            if (!sketches.containsKey(id)) {
                ImageManifest manifest = read(id);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                // That of a damaged one is empty: it is like no image, and keeps none from being
                // stored.
                sketches.put(
                        id,
                        manifest == null
                                ? new PlaceSketch(new long[0], new int[0])
                                : manifest.sketch());
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
