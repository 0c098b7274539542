package mirage.ingest;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.PlaceSketch;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the earlier image that holds the same at the most places of a new one, by their sketches. Sketches are read
 * when they are first needed, and those of the newest images are kept: a few KiB each.
 */
public final class EarlierImages {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierImages.class);
    private static final int KEPT = 4096;

    /** Fewer equal samples are chance, or not worth a read. */
    private static final int MIN_AGREEMENT = 4;

    private final Catalog catalog;
    private final ManifestStore manifests;
    private final Map<ManifestId, PlaceSketch> sketches = new LinkedHashMap<>();

    public EarlierImages(Catalog catalog, ManifestStore manifests) {
        this.catalog = catalog;
        this.manifests = manifests;
    }

    /** The manifest of the image most alike, null when none is. */
    synchronized @Nullable ImageManifest mostAlike(PlaceSketch sketch) throws IOException {
        refresh();
        ManifestId best = null;
        int most = MIN_AGREEMENT - 1;
        for (Map.Entry<ManifestId, PlaceSketch> candidate : sketches.entrySet()) {
            int agreement = candidate.getValue().agreement(sketch);
            if (agreement > most) {
                most = agreement;
                best = candidate.getKey();
            }
        }
        return best == null ? null : manifests.read(best);
    }

    private void refresh() throws IOException {
        List<CatalogEntry> entries = catalog.list();
        Set<ManifestId> current =
                entries.stream()
                        .sorted((a, b) -> b.stored().compareTo(a.stored()))
                        .map(CatalogEntry::manifest)
                        .filter(java.util.Objects::nonNull)
                        .limit(KEPT)
                        .collect(Collectors.toSet());
        sketches.keySet().retainAll(current);
        for (ManifestId id : current) {
            if (!sketches.containsKey(id)) {
                sketches.put(id, sketch(id));
            }
        }
    }

    /** That of a damaged manifest is empty: it is like no image, and keeps none from being stored. */
    private PlaceSketch sketch(ManifestId id) {
        try {
            return manifests.read(id).sketch();
        } catch (IOException e) {
            LOG.error("manifest {} cannot be read: its image is not compared with others", id, e);
            return new PlaceSketch(new long[0], new int[0]);
        }
    }
}
