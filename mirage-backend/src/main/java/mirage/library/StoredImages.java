package mirage.library;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;

/** What the catalog and the manifests say of images. */
final class StoredImages {
    private static final Logger LOG = LoggerFactory.getLogger(StoredImages.class);

    private final Catalog catalog;
    private final ManifestStore manifests;

    StoredImages(Catalog catalog, ManifestStore manifests) {
        this.catalog = catalog;
        this.manifests = manifests;
    }

    /**
     * @throws ImageNotFoundException when the image is not here
     */
    CatalogEntry require(ImageId image) throws IOException {
        CatalogEntry entry = catalog.find(image);
        if (entry == null) {
            throw new ImageNotFoundException(image);
        }
        return entry;
    }

    /**
     * The manifest of an image, null while it is spooled.
     *
     * @throws ImageNotFoundException when the image is not here
     */
    @Nullable ImageManifest manifest(ImageId image) throws IOException {
        ManifestId manifest = require(image).manifest();
        return manifest == null ? null : manifests.read(manifest);
    }

    /** As a list shows it. One whose manifest cannot be read is shown with a warning: it must not hide the others. */
    StoredImage describe(CatalogEntry entry) {
        ManifestId id = entry.manifest();
        if (id == null) {
            return describe(entry, StoredImage.State.SPOOLED, null, List.of());
        }
        try {
            ImageManifest manifest = manifests.read(id);
            return describe(entry, StoredImage.State.STRUCTURED, manifest, manifest.warnings());
        } catch (IOException e) {
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
}
