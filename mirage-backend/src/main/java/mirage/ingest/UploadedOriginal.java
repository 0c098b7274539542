package mirage.ingest;

import mirage.rebuild.Original;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The encoded clusters of an upload that is read back. They were made of what is stored and compared with the upload a
 * moment ago, by {@link ClusterProof}: they are taken from the upload, and held against their checksum, rather than made
 * once more.
 */
record UploadedOriginal(Spool spool) implements Original {
    private static final Logger LOG = LoggerFactory.getLogger(UploadedOriginal.class);

    @Override
    public boolean read(long offset, byte[] target) {
        try {
            spool.bytes().readFully(offset, ByteBuffer.wrap(target));
            return true;
        } catch (IOException e) {
            LOG.warn("the spool of {} cannot be read at {}", spool.image(), offset, e);
            return false;
        }
    }

    @Override
    public void keep(long offset, byte[] encoded) {}

    /** The spool is closed by who opened it. */
    @Override
    public void close() {}
}
