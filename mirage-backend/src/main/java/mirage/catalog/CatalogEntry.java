package mirage.catalog;

import mirage.manifest.ManifestId;
import mirage.manifest.UploadDigests;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * What the catalog says of an image. It has either a manifest or, until it is taken apart, a spool.
 *
 * @param image its id
 * @param name a label for people, may be empty
 * @param size of the upload in bytes
 * @param digests of the upload
 * @param stored when the upload was acknowledged, to the second
 * @param manifest null while the image is served from its spool
 * @param spool names the spool that the image is served from; null when it has a manifest
 */
public record CatalogEntry(
        ImageId image,
        String name,
        long size,
        UploadDigests digests,
        Instant stored,
        @Nullable ManifestId manifest,
        @Nullable String spool) {

    /** Far above what any caller allows, so that an entry can always be read again. */
    public static final int MAX_NAME_CHARS = 64 << 10;

    /** Of a spool: safe as the name of a file. */
    private static final Pattern SPOOL = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._@-]{0,199}");

    public CatalogEntry {
        if (size < 0) {
            throw new IllegalArgumentException("image of " + size + " bytes");
        }
        if ((manifest == null) == (spool == null)) {
            throw new IllegalArgumentException(
                    "either a manifest or a spool expected, found " + manifest + " and " + spool);
        }
        if (spool != null && !SPOOL.matcher(spool).matches()) {
            throw new IllegalArgumentException("name of a spool expected, found \"" + spool + "\"");
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

    /** Whether both are of one upload: a label, an id or where the bytes are may differ. */
    public boolean isOfSameUpload(CatalogEntry other) {
        return size == other.size && digests.equals(other.digests) && stored.equals(other.stored);
    }

    public CatalogEntry withImage(ImageId newImage) {
        return new CatalogEntry(newImage, name, size, digests, stored, manifest, spool);
    }

    public CatalogEntry withName(String newName) {
        return new CatalogEntry(image, newName, size, digests, stored, manifest, spool);
    }

    public CatalogEntry withManifest(ManifestId newManifest) {
        return new CatalogEntry(image, name, size, digests, stored, newManifest, null);
    }

    public CatalogEntry withSpool(String newSpool) {
        return new CatalogEntry(image, name, size, digests, stored, null, newSpool);
    }
}
