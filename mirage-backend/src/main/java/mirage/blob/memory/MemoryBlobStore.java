package mirage.blob.memory;

import mirage.blob.BlobExistsException;
import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.MissingBlobException;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Blobs in memory, each at most 2 GiB. They live as long as this object, closed or not. */
public final class MemoryBlobStore implements BlobStore {
    private final ConcurrentMap<BlobName, byte[]> blobs = new ConcurrentHashMap<>();
    private volatile boolean closed;

    @Override
    public void create(BlobName name, ByteSource content) throws IOException {
        requireOpen();
        if (blobs.containsKey(name)) {
            throw new BlobExistsException(name);
        }
        byte[] bytes = readAll(name, content);
        if (blobs.putIfAbsent(name, bytes) != null) {
            throw new BlobExistsException(name);
        }
    }

    @Override
    public ByteSource open(BlobName name) throws IOException {
        requireOpen();
        byte[] bytes = blobs.get(name);
        if (bytes == null) {
            throw new MissingBlobException(name);
        }
        return ByteSources.of(bytes);
    }

    @Override
    public void delete(BlobName name) throws IOException {
        requireOpen();
        blobs.remove(name);
    }

    @Override
    public List<BlobName> list(BlobKind kind) throws IOException {
        requireOpen();
        return blobs.keySet().stream().filter(name -> name.kind() == kind).toList();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the blob store is closed");
        }
    }

    private static byte[] readAll(BlobName name, ByteSource content) throws IOException {
        if (content.length() > Integer.MAX_VALUE - 8) {
            throw new IOException(
                    "blob " + name + " of " + content.length() + " bytes is too large for memory");
        }
        byte[] bytes = new byte[(int) content.length()];
        content.readFully(0, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
