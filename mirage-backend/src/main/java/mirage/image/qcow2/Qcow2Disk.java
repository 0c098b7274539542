package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the guest sees. Reading a range whose tables are broken, or whose compressed clusters do not decode, is a
 * {@link FormatException}. The last few MiB of decoded clusters are kept, so that a reader in order decodes each once.
 */
final class Qcow2Disk implements ByteSource {
    private static final int CACHED_CLUSTER_BYTES = 8 << 20;

    private final ByteSource container;
    private final ClusterMap map;
    private final Compression compression;
    private final int clusterBytes;
    private final BoundedCache<byte[]> decoded;

    Qcow2Disk(ByteSource container, Qcow2Header header, ClusterMap map) {
        this.container = container;
        this.map = map;
        compression = header.compression();
        clusterBytes = header.clusterBytes();
        decoded = new BoundedCache<>(Math.clamp(CACHED_CLUSTER_BYTES / clusterBytes, 2, 1024));
    }

    @Override
    public long length() {
        return map.diskBytes();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length()) {
            return 0;
        }
        int wanted = (int) Math.min(target.remaining(), length() - position);
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            Piece piece = map.pieceAt(at, wanted - done);
            int count = (int) Math.min(piece.length(), wanted - done);
            switch (piece) {
                case Piece.Hole hole -> ByteSources.putZeros(target, count);
                case Piece.Plain plain -> copyPlain(plain, count, target);
                case Piece.Encoded encoded ->
                        target.put(decode(encoded), (int) (at - encoded.clusterStart()), count);
                case Piece.Broken broken -> throw new FormatException(broken.describe(at));
            }
            done += count;
        }
        return wanted;
    }

    @Override
    public Run runAt(long position) throws IOException {
        Piece piece = map.pieceAt(position, Long.MAX_VALUE);
        return new Run(piece.length(), piece instanceof Piece.Hole);
    }

    private void copyPlain(Piece.Plain plain, int count, ByteBuffer target) throws IOException {
        int limit = target.limit();
        target.limit(target.position() + count);
        try {
            container.readFully(plain.containerOffset(), target);
        } finally {
            target.limit(limit);
        }
    }

    private byte[] decode(Piece.Encoded encoded) throws IOException {
        return decoded.get(encoded.clusterStart(), () -> readAndDecode(encoded));
    }

    private byte[] readAndDecode(Piece.Encoded encoded) throws IOException {
        byte[] stored = new byte[encoded.storedLength()];
        container.readFully(encoded.containerOffset(), ByteBuffer.wrap(stored));
        try {
            return compression.decode(stored, clusterBytes);
        } catch (FormatException broken) {
            throw new FormatException(
                    "qcow2 compressed cluster at "
                            + encoded.containerOffset()
                            + ", for the disk at "
                            + encoded.clusterStart()
                            + ": "
                            + broken.getMessage(),
                    broken);
        }
    }
}
