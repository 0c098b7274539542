package mirage.blob;

import mirage.bytes.ByteSource;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Named immutable blobs. A blob appears complete or not at all, also to other processes and after a crash. Safe for use
 * by many threads.
 *
 * <p>After {@link #close()} every method throws an {@link IOException} or {@link IllegalStateException}; sources that
 * were opened stay readable until they are closed.
 */
public interface BlobStore extends Closeable {
    /**
     * Stores a blob. When this returns it is durable. When it throws, the blob is absent or complete, never in between;
     * it is complete only where the store could not tell whether the last step succeeded.
     *
     * @param content read once, from its begin to its end
     * @throws BlobExistsException when the name exists, also when the bytes are equal; the blob is as it was, complete
     *     and durable
     * @throws IOException when the content cannot be read or the blob not written
     */
    void create(BlobName name, ByteSource content) throws IOException;

    /**
     * Opens a blob for reading; the caller closes it. What was opened reads to its end even when the blob is deleted
     * meanwhile, or fails with an {@link IOException}: never wrong bytes.
     *
     * @throws MissingBlobException when there is no such blob
     */
    ByteSource open(BlobName name) throws IOException;

    /** Deletes a blob. Deleting a missing one is no error. When this returns, no crash brings it back. */
    void delete(BlobName name) throws IOException;

    /**
     * The names of all blobs of a kind, in no promised order. One that is created or deleted meanwhile may be in the
     * list or not.
     */
    List<BlobName> list(BlobKind kind) throws IOException;
}
