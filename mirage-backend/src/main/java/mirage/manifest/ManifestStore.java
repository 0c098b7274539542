package mirage.manifest;

import mirage.blob.BlobExistsException;
import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkId;
import mirage.codec.CorruptBlobException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Manifests as blobs, each checked against its name when it is read. Safe for use by many threads. */
public final class ManifestStore {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestStore.class);

    /** More than the manifest of a disk of 1 PiB; what claims to be larger is damaged. */
    private static final int MAX_BYTES = 1 << 30;

    private final BlobStore blobs;

    public ManifestStore(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** Makes a manifest durable, and reads it back. Whatever it names must be durable before. */
    public ManifestId write(ImageManifest manifest) throws IOException {
        ByteBuffer bytes = ManifestFormat.encode(manifest);
        ManifestId id = new ManifestId(ChunkId.of(bytes));
        try {
            blobs.create(name(id), ByteSources.of(bytes));
        } catch (BlobExistsException e) {
            replaceIfDamaged(id, bytes);
        }
        read(id);
        return id;
    }

    /** Named by its content: what is there is what was to be written, or was once. */
    private void replaceIfDamaged(ManifestId id, ByteBuffer bytes) throws IOException {
        try {
            read(id);
        } catch (CorruptBlobException e) {
            LOG.warn("manifest {} was damaged and is written anew", id, e);
            blobs.delete(name(id));
            blobs.create(name(id), ByteSources.of(bytes));
        }
    }

    /**
     * Reads a manifest and checks it against its name.
     *
     * @throws IOException when it is missing or damaged
     */
    public ImageManifest read(ManifestId id) throws IOException {
        String what = "manifest " + id;
        try (ByteSource blob = blobs.open(name(id))) {
            if (blob.length() > MAX_BYTES) {
                throw new CorruptBlobException(
                        what,
                        0,
                        "at most " + MAX_BYTES + " bytes expected, found " + blob.length());
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) blob.length());
            blob.readFully(0, bytes);
            ChunkId found = ChunkId.of(bytes.flip());
            if (!found.equals(id.digest())) {
                throw new CorruptBlobException(what, 0, "content has digest " + found);
            }
            return ManifestFormat.decode(what, bytes);
        }
    }

    /** Blobs that do not have the name of a manifest are left out. */
    public List<ManifestId> list() throws IOException {
        List<ManifestId> ids = new ArrayList<>();
        for (BlobName name : blobs.list(BlobKind.MANIFEST)) {
            if (name.id().length() == 2 * ChunkId.BYTES) {
                ids.add(ManifestId.parse(name.id()));
            }
        }
        return ids;
    }

    /** Size of a manifest's blob in bytes. */
    public long storedBytes(ManifestId id) throws IOException {
        try (ByteSource blob = blobs.open(name(id))) {
            return blob.length();
        }
    }

    /** Forgets a manifest. Missing is no error. */
    public void delete(ManifestId id) throws IOException {
        blobs.delete(name(id));
    }

    private static BlobName name(ManifestId id) {
        return new BlobName(BlobKind.MANIFEST, id.toString());
    }
}
