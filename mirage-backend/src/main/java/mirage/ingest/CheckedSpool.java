package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.codec.Checksum;
import mirage.codec.CorruptBlobException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A spool whose bytes are held against the checksums that were taken while the upload came in. Reads whole stretches,
 * and keeps the last few for those who read in small steps.
 */
final class CheckedSpool implements ByteSource {
    private static final int KEPT_STRETCHES = 4;

    private final String what;
    private final ByteSource file;
    private final UploadMap map;
    private final Map<Integer, ByteBuffer> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, ByteBuffer> eldest) {
                    return size() > KEPT_STRETCHES;
                }
            };

    /**
     * @param what names the spool in messages
     * @param file closed with this
     */
    CheckedSpool(String what, ByteSource file, UploadMap map) {
        this.what = what;
        this.file = file;
        this.map = map;
    }

    @Override
    public long length() {
        return map.size();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int before = target.position();
        long end = Math.min(map.size(), position + target.remaining());
        for (long at = position; at < end; ) {
            int index = (int) (at / UploadMap.STRETCH_BYTES);
            int from = (int) (at % UploadMap.STRETCH_BYTES);
            ByteBuffer stretch = stretch(index);
            int part = (int) Math.min(end - at, stretch.capacity() - from);
            target.put(stretch.slice(from, part));
            at += part;
        }
        return target.position() - before;
    }

    @Override
    public Run runAt(long position) {
        return new Run(map.endOfRun(position) - position, map.isZeroBlock(position));
    }

    private ByteBuffer stretch(int index) throws IOException {
        synchronized (kept) {
            ByteBuffer known = kept.get(index);
            if (known != null) {
                return known;
            }
        }
        long start = (long) index * UploadMap.STRETCH_BYTES;
        ByteBuffer bytes =
                ByteBuffer.allocate((int) Math.min(UploadMap.STRETCH_BYTES, map.size() - start));
        file.readFully(start, bytes);
        int found = UploadMap.crc(bytes.flip().duplicate());
        if (found != map.stretchCrc(index)) {
            throw new CorruptBlobException(
                    what,
                    start,
                    bytes.capacity()
                            + " bytes with CRC32C "
                            + Checksum.text(map.stretchCrc(index))
                            + " expected, found "
                            + Checksum.text(found));
        }
        synchronized (kept) {
            kept.put(index, bytes);
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
