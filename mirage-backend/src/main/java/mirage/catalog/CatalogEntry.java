package mirage.catalog;

import mirage.manifest.ManifestId;
import mirage.manifest.UploadDigests;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What the catalog says of an image.
 *
 * @param image its id
 * @param name a label for people, may be empty
 * @param size of the upload in bytes
 * @param digests of the upload
 * @param stored when the upload was acknowledged, to the second
 * @param manifest null while the image is served from its spool
 */
public record CatalogEntry(
        ImageId image,
        String name,
        long size,
        UploadDigests digests,
        Instant stored,
        @Nullable ManifestId manifest) {

    public CatalogEntry {
        stored = stored.truncatedTo(ChronoUnit.SECONDS);
    }

    public CatalogEntry withName(String newName) {
        return new CatalogEntry(image, newName, size, digests, stored, manifest);
    }

    public CatalogEntry withManifest(ManifestId newManifest) {
        return new CatalogEntry(image, name, size, digests, stored, newManifest);
    }
}
