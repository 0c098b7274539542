package mirage.catalog;

import mirage.manifest.ManifestId;
import mirage.manifest.UploadDigests;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
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

    /** Far above what any caller allows, so that an entry can always be read again. */
    public static final int MAX_NAME_CHARS = 64 << 10;

    public CatalogEntry {
        if (size < 0) {
            throw new IllegalArgumentException("image of " + size + " bytes");
        }
        name = checkedName(name);
        stored = stored.truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * A name as an entry keeps it: an unpaired surrogate, which UTF-8 cannot say, becomes a question mark.
     *
     * @throws IllegalArgumentException when it is longer than {@link #MAX_NAME_CHARS}
     */
    public static String checkedName(String name) {
        if (name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "name of at most "
                            + MAX_NAME_CHARS
                            + " characters expected, found one of "
                            + name.length());
        }
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    public CatalogEntry withName(String newName) {
        return new CatalogEntry(image, newName, size, digests, stored, manifest);
    }

    public CatalogEntry withManifest(ManifestId newManifest) {
        return new CatalogEntry(image, name, size, digests, stored, newManifest);
    }
}
