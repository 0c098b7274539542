package mirage.library;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Lets no write pass before it is opened; a library that closes interrupts what waits here. */
final class GatedBlobStore implements BlobStore {
    final CountDownLatch open = new CountDownLatch(1);
    private final BlobStore below;

    GatedBlobStore(BlobStore below) {
        this.below = below;
    }

    @Override
    public void create(BlobName name, ByteSource content) throws IOException {
        try {
            open.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
        below.create(name, content);
    }

    @Override
    public ByteSource open(BlobName name) throws IOException {
        return below.open(name);
    }

    @Override
    public void delete(BlobName name) throws IOException {
        below.delete(name);
    }

    @Override
    public List<BlobName> list(BlobKind kind) throws IOException {
        return below.list(kind);
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
