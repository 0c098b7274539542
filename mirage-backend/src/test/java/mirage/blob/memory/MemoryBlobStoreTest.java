package mirage.blob.memory;

import mirage.blob.BlobStore;
import mirage.blob.BlobStoreContract;

final class MemoryBlobStoreTest extends BlobStoreContract {
    @Override
    protected BlobStore newStore() {
        return new MemoryBlobStore();
    }
}
