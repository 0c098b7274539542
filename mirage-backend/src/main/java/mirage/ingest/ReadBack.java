package mirage.ingest;

import mirage.codec.DataDigest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Takes what a new recipe rebuilds and holds it against what came in: each stretch must have the CRC32C that was taken
 * while the upload was received. So the whole way from the socket to the packs is checked, the spool included. As all
 * bytes pass by here in order, it also digests the data.
 */
final class ReadBack implements WritableByteChannel {
    private final UploadMap map;
    private final CRC32C crc = new CRC32C();
    private final DataDigest.Stream data = new DataDigest.Stream();
    private long position;

    /** What was stored is not what was uploaded. */
    static final class DifferenceException extends IOException {
        private static final long serialVersionUID = 1;

        DifferenceException(String message) {
            super(message);
        }
    }

    ReadBack(UploadMap map) {
        this.map = map;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int written = bytes.remaining();
        data.update(bytes);
        while (bytes.hasRemaining()) {
            long stretchEnd =
                    Math.min(
                            map.size(),
                            position
                                    - position % UploadMap.STRETCH_BYTES
                                    + UploadMap.STRETCH_BYTES);
            int part = (int) Math.min(bytes.remaining(), stretchEnd - position);
            if (part == 0) {
                throw new DifferenceException(
                        "the recipe rebuilds more than the "
                                + map.size()
                                + " bytes that were uploaded");
            }
            crc.update(bytes.slice(bytes.position(), part));
            bytes.position(bytes.position() + part);
            position += part;
            if (position == stretchEnd) {
                check(stretchEnd);
            }
        }
        return written;
    }

    /** Call when all is written. Returns the digest of the data. */
    DataDigest finish() throws IOException {
        if (position != map.size()) {
            throw new DifferenceException(
                    "the recipe rebuilds " + position + " bytes, " + map.size() + " were uploaded");
        }
        return data.finish();
    }

    private void check(long stretchEnd) throws IOException {
        int index = (int) ((stretchEnd - 1) / UploadMap.STRETCH_BYTES);
        if ((int) crc.getValue() != map.stretchCrc(index)) {
            throw new DifferenceException(
                    "what was stored of the "
                            + UploadMap.STRETCH_BYTES
                            + " bytes at "
                            + (long) index * UploadMap.STRETCH_BYTES
                            + " is not what was uploaded");
        }
        crc.reset();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
