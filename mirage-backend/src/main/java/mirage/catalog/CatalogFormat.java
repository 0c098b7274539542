package mirage.catalog;

import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.manifest.ManifestId;
import mirage.manifest.UploadDigests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;

/**
 * Catalog entry, version 2 ({@code docs/format/catalog.md}).
 * <pre>
 *   entry = sealed blob "MCAT" of image:text name:text size:varint md5:text sha256:text sha512:text
 *                                 stored:signedVarint manifest:text spool:text   one of the last two is empty
 * </pre>
 * Version 1 ends before {@code spool}, which is the image's id while the manifest is empty.
 */
final class CatalogFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MCAT", 2, 0);
    private static final int COMPRESSION_LEVEL = 1;
    private static final int MAX_BODY_BYTES = 1 << 20;

    private CatalogFormat() {}

    static ByteBuffer encode(CatalogEntry entry) {
        ManifestId manifest = entry.manifest();
        UploadDigests digests = entry.digests();
        ByteWriter body = new ByteWriter();
        body.text(entry.image().value()).foreignText(entry.name()).varint(entry.size());
        body.text(digests.md5()).text(digests.sha256()).text(digests.sha512());
        body.signedVarint(entry.stored().getEpochSecond())
                .text(manifest == null ? "" : manifest.toString())
                .text(Objects.requireNonNullElse(entry.spool(), ""));
        return FRAMING.seal(body.toBuffer(), COMPRESSION_LEVEL);
    }

    static CatalogEntry decode(String what, ByteBuffer bytes) throws IOException {
        BlobFraming.Opened opened = FRAMING.open(what, bytes, MAX_BODY_BYTES);
        ByteReader in = new ByteReader(what, opened.body());
        try {
            ImageId image = new ImageId(in.text());
            String name = in.text();
            long size = in.varint();
            UploadDigests digests = new UploadDigests(in.text(), in.text(), in.text());
            Instant stored = Instant.ofEpochSecond(in.signedVarint());
            String manifest = in.text();
            String spool = spool(opened.header().version(), in, image, manifest);
            in.expectEnd();
            return new CatalogEntry(
                    image,
                    name,
                    size,
                    digests,
                    stored,
                    manifest.isEmpty() ? null : ManifestId.parse(manifest),
                    spool.isEmpty() ? null : spool);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new CorruptBlobException(what, 0, String.valueOf(e.getMessage()));
        }
    }

    private static String spool(int version, ByteReader in, ImageId image, String manifest)
            throws CorruptBlobException {
        if (version == 1) {
            return manifest.isEmpty() ? image.value() : "";
        }
        return in.text();
    }
}
