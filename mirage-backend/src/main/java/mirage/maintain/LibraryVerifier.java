package mirage.maintain;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;
import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.catalog.DamagedEntry;
import mirage.facts.FactTableReader;
import mirage.manifest.DiskView;
import mirage.manifest.FactTable;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
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
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Re-reads everything: every pack with every chunk in it against its name, and every image, rebuilt or from its spool,
 * against the SHA-256 of its upload. Changes nothing; every damage is named, none ends the work. Images that come, go or
 * change meanwhile are no damage.
 */
public final class LibraryVerifier {
    private static final int SPOOL_BUFFER_BYTES = 256 << 10;

    private final BlobStore blobs;
    private final ChunkStore chunks;
    private final ManifestStore manifests;
    private final Catalog catalog;
    private final Rebuilder rebuilder;
    private final Spools spools;

    /** Gives the bytes of images that were not taken apart yet. */
    @FunctionalInterface
    public interface Spools {
        ByteSource open(CatalogEntry spooled) throws IOException;
    }

    public LibraryVerifier(
            BlobStore blobs,
            ChunkStore chunks,
            ManifestStore manifests,
            Catalog catalog,
            Rebuilder rebuilder,
            Spools spools) {
        this.blobs = blobs;
        this.chunks = chunks;
        this.manifests = manifests;
        this.catalog = catalog;
        this.rebuilder = rebuilder;
        this.spools = spools;
    }

    /** How many bytes {@link #verify} will read: stored ones of packs, uploaded ones of images. */
    public long workBytes() throws IOException {
        long bytes = chunks.statistics().packBytes();
        for (CatalogEntry entry : catalog.list()) {
            bytes += entry.size();
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
            if (entry.manifest() == null || seen.add(entry.manifest())) {
                damages.addAll(verify(entry));
            }
            progress.accept(entry.size());
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

    /** What is wrong with an image that is still where the entry says. */
    private List<Damage> verify(CatalogEntry entry) throws IOException {
        List<Damage> damages = new ArrayList<>();
        ManifestId manifest = entry.manifest();
        if (manifest == null) {
            verifySpool(entry, damages);
        } else {
            verify(entry, manifest, damages);
        }
        if (damages.isEmpty()) {
            return damages;
        }
        CatalogEntry now = catalog.find(entry.image());
        if (now == null) {
            return List.of();
        }
        boolean moved =
                !Objects.equals(now.manifest(), manifest)
                        || !Objects.equals(now.spool(), entry.spool());
        return moved ? verify(now) : damages;
    }

    private static String describe(CatalogEntry entry) {
        return "image " + entry.image() + (entry.name().isEmpty() ? "" : " (" + entry.name() + ")");
    }

    private void verifySpool(CatalogEntry entry, List<Damage> damages) {
        Sha256Channel sha256 = new Sha256Channel();
        try (ByteSource bytes = spools.open(entry)) {
            ByteBuffer buffer = ByteBuffer.allocate(SPOOL_BUFFER_BYTES);
            for (long at = 0; at < bytes.length(); at += buffer.limit()) {
                bytes.readAt(at, buffer.clear());
                sha256.write(buffer.flip());
            }
        } catch (IOException e) {
            damages.add(new Damage("spool of " + describe(entry), String.valueOf(e.getMessage())));
            return;
        }
        if (!sha256.result().equals(entry.digests().sha256())) {
            damages.add(
                    new Damage(
                            "spool of " + describe(entry),
                            "sha256 "
                                    + entry.digests().sha256()
                                    + " expected, found "
                                    + sha256.result()));
        }
    }

    private void verify(CatalogEntry entry, ManifestId id, List<Damage> damages) {
        String object = describe(entry);
        try {
            ImageManifest manifest = manifests.read(id);
            verifyUpload(object, entry, manifest, damages);
            if (manifest.disk() instanceof DiskView.OwnRecipe own) {
                verifyDisk(own.recipe());
            }
            for (VolumeRecord volume : manifest.volumes()) {
                if (volume.files() != null) {
                    verifyTable(object, volume, damages);
                }
            }
            if (manifest.facts() != null) {
                verifyFacts(object, manifest.facts(), damages);
            }
        } catch (IOException e) {
            damages.add(new Damage(object, String.valueOf(e.getMessage())));
        }
    }

    /** Every chunk of it must be there; whether it is sound is found where the packs are read. */
    private void verifyDisk(Recipe disk) throws IOException {
        new RecipeReader(disk, chunks)
                .forEachRun(
                        0,
                        disk.length(),
                        (_, run) -> {
                            if (run instanceof RecipeRun.Chunk chunk) {
                                chunks.require(chunk.id());
                            }
                        });
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
                                    + volume.volume().id()
                                    + ": "
                                    + table.entryCount()
                                    + " rows expected, found "
                                    + rows[0]));
        }
    }

    private void verifyFacts(String object, FactTable table, List<Damage> damages)
            throws IOException {
        long[] known = {0};
        FactTableReader.forEach(table, chunks, _ -> known[0]++);
        // Those of kinds that a later version wrote are not shown.
        if (known[0] > table.count()) {
            damages.add(
                    new Damage(
                            object,
                            "at most " + table.count() + " facts expected, found " + known[0]));
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
