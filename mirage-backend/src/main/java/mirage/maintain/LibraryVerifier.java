package mirage.maintain;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;
import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.DamagedEntry;
import mirage.manifest.DiskView;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.RecipeReader;
import mirage.manifest.VolumeRecord;
import mirage.pack.ChunkStore;
import mirage.pack.PackDamage;
import mirage.pack.PackId;
import mirage.pack.PackVerifier;
import mirage.rebuild.Rebuilder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Re-reads everything: every pack with every chunk in it against its name, and every image rebuilt and held against the
 * SHA-256 of its upload. Changes nothing; every damage is named, none ends the work.
 */
public final class LibraryVerifier {
    private final BlobStore blobs;
    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final Catalog catalog;
    private final Rebuilder rebuilder;

    public LibraryVerifier(
            BlobStore blobs,
            ChunkStore chunks,
            ManifestStore manifests,
            Catalog catalog,
            Rebuilder rebuilder) {
        this.blobs = blobs;
        this.chunks = chunks;
        this.manifests = manifests;
        this.catalog = catalog;
        this.rebuilder = rebuilder;
    }

    /** How many bytes {@link #verify} will read: stored ones of packs, uploaded ones of images. */
    public long workBytes() throws IOException {
        long bytes = chunks.statistics().packBytes();
        for (CatalogEntry entry : catalog.list()) {
            bytes += entry.manifest() == null ? 0 : entry.size();
        }
        return bytes;
    }

    /**
     * Re-reads everything.
     *
     * @param progress takes how many bytes more were read
     * @return what is damaged, empty when all is well
     */
    public List<Damage> verify(LongConsumer progress) throws IOException {
        List<Damage> damages = new ArrayList<>();
        PackVerifier packs = new PackVerifier(blobs);
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            verify(name, packs, damages, progress);
        }
        for (DamagedEntry entry : catalog.damaged()) {
            damages.add(new Damage("catalog entry of image " + entry.image(), entry.what()));
        }
        Set<ManifestId> seen = new TreeSet<>();
        for (CatalogEntry entry : catalog.list()) {
            ManifestId manifest = entry.manifest();
            if (manifest != null && seen.add(manifest)) {
                verify(entry, manifest, damages);
                progress.accept(entry.size());
            }
        }
        return damages;
    }

    private void verify(
            BlobName name, PackVerifier packs, List<Damage> damages, LongConsumer progress) {
        String object = "pack " + name.id();
        if (name.id().length() != 2 * PackId.BYTES) {
            damages.add(new Damage(object, "the name of a pack expected"));
            return;
        }
        try {
            packs.verify(new PackId(name.id()))
                    .forEach(damage -> damages.add(new Damage(object, describe(damage))));
            try (ByteSource pack = blobs.open(name)) {
                progress.accept(pack.length());
            }
        } catch (IOException e) {
            damages.add(new Damage(object, String.valueOf(e.getMessage())));
        }
    }

    private static String describe(PackDamage damage) {
        return (damage.frame() == PackDamage.WHOLE_PACK ? "" : "frame " + damage.frame() + ", ")
                + (damage.chunk() == null ? "" : "chunk " + damage.chunk() + ", ")
                + damage.what();
    }

    private void verify(CatalogEntry entry, ManifestId id, List<Damage> damages) {
        String object =
                "image "
                        + entry.image()
                        + (entry.name().isEmpty() ? "" : " (" + entry.name() + ")");
        try {
            ImageManifest manifest = manifests.read(id);
            verifyUpload(object, entry, manifest, damages);
            if (manifest.disk() instanceof DiskView.OwnRecipe own) {
                new RecipeReader(own.recipe(), chunks)
                        .forEachRun(0, own.recipe().length(), (_, _) -> {});
            }
            for (VolumeRecord volume : manifest.volumes()) {
                if (volume.files() != null) {
                    verifyTable(object, volume, damages);
                }
            }
        } catch (IOException e) {
            damages.add(new Damage(object, String.valueOf(e.getMessage())));
        }
    }

    private void verifyUpload(
            String object, CatalogEntry entry, ImageManifest manifest, List<Damage> damages)
            throws IOException {
        if (!manifest.digests().equals(entry.digests()) || manifest.size() != entry.size()) {
            damages.add(new Damage(object, "its manifest is of another upload"));
        }
        Sha256Channel sha256 = new Sha256Channel();
        rebuilder.transferTo(manifest.container(), 0, manifest.size(), sha256);
        if (!sha256.result().equals(manifest.digests().sha256())) {
            damages.add(
                    new Damage(
                            object,
                            "sha256 "
                                    + manifest.digests().sha256()
                                    + " expected, found "
                                    + sha256.result()));
        }
    }

    private void verifyTable(String object, VolumeRecord volume, List<Damage> damages)
            throws IOException {
        VolumeRecord.FileTable table = java.util.Objects.requireNonNull(volume.files());
        long[] rows = {0};
        FileTableReader.forEach(
                table,
                chunks,
                _ -> {
                    rows[0]++;
                    return true;
                });
        if (rows[0] != table.entryCount()) {
            damages.add(
                    new Damage(
                            object,
                            "file table of volume "
                                    + volume.volume().index()
                                    + ": "
                                    + table.entryCount()
                                    + " rows expected, found "
                                    + rows[0]));
        }
    }

    private static final class Sha256Channel implements WritableByteChannel {
        private final MessageDigest digest;
        private String result = "";

        Sha256Channel() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has SHA-256", e);
            }
        }

        @Override
        public int write(ByteBuffer bytes) {
            int written = bytes.remaining();
            digest.update(bytes);
            return written;
        }

        String result() {
            if (result.isEmpty()) {
                result = HexFormat.of().formatHex(digest.digest());
            }
            return result;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
