package mirage.pack.rocksdb;

import mirage.codec.ByteReader;
import mirage.codec.CorruptBlobException;
import mirage.pack.rocksdb.IndexLayout.Marker;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What of an index is kept in memory while it is open.
 *
 * @param nextNumber of the pack that is added next
 * @param markers of all packs
 */
record IndexContents(int nextNumber, List<Marker> markers) {
    /**
     * Reads a database that was just opened, and makes a new one ours.
     *
     * @return null when it is of another version
     */
    static @Nullable IndexContents read(IndexDatabase db)
            throws RocksDBException, CorruptBlobException {
        byte[] format = db.meta(IndexLayout.FORMAT_KEY);
        if (format == null) {
            try (IndexDatabase.Batch batch = db.newBatch()) {
                batch.putMeta(IndexLayout.FORMAT_KEY, IndexLayout.format());
                db.write(batch);
            }
        } else if (!Arrays.equals(format, IndexLayout.format())) {
            return null;
        }
        return new IndexContents(readNextNumber(db), readMarkers(db));
    }

    private static int readNextNumber(IndexDatabase db)
            throws RocksDBException, CorruptBlobException {
        byte[] next = db.meta(IndexLayout.NEXT_KEY);
        if (next == null) {
            return 0;
        }
        return (int) new ByteReader("next pack of the chunk index", ByteBuffer.wrap(next)).u32();
    }

    private static List<Marker> readMarkers(IndexDatabase db)
            throws RocksDBException, CorruptBlobException {
        List<Marker> markers = new ArrayList<>();
        try (RocksIterator all = db.scanMeta()) {
            for (all.seek(IndexLayout.PACK_PREFIX); all.isValid(); all.next()) {
                if (IndexLayout.isMarkerKey(all.key())) {
                    markers.add(Marker.decode(all.key(), all.value()));
                }
            }
            all.status();
        }
        return markers;
    }
}
