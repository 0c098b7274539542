package mirage.image.block;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the guest sees. Reading a range whose tables are broken, or whose compressed clusters do not decode, is a
 * {@link FormatException}. The last few MiB of decoded clusters are kept, so that a reader in order decodes each once.
 */
public final class MappedDisk implements ByteSource {
    private static final int CACHED_CLUSTER_BYTES = 8 << 20;

    private final ByteSource container;
    private final DiskMap map;
    private final String format;
    private final Decoder decoder;
    private final int clusterBytes;
    private final BoundedCache<byte[]> decoded;

    /**
     * @param format for messages
     * @param clusterBytes decoded length of an encoded cluster
     */
    public MappedDisk(
            ByteSource container, DiskMap map, String format, Decoder decoder, int clusterBytes) {
        this.container = container;
        this.map = map;
        this.format = format;
        this.decoder = decoder;
        this.clusterBytes = clusterBytes;
        decoded = new BoundedCache<>(Math.clamp(CACHED_CLUSTER_BYTES / clusterBytes, 2, 1024));
    }

    /** Of a disk without encoded clusters. */
    public MappedDisk(ByteSource container, DiskMap map, String format) {
        this(
                container,
                map,
                format,
                (_, _, _) -> {
                    throw new FormatException(format + " has no encoded clusters");
                },
                CACHED_CLUSTER_BYTES);
    }

    /** How encoded clusters are decoded. */
    @FunctionalInterface
    public interface Decoder {
        /**
         * Decodes one cluster.
         *
         * @param clusterBytes of a whole cluster
         * @param neededBytes how many of them lie within the disk
         * @return at least {@code neededBytes} bytes, at most {@code clusterBytes}
         * @throws FormatException when the stored bytes do not hold that many
         */
        byte[] decode(byte[] stored, int clusterBytes, int neededBytes) throws FormatException;
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
            int needed = (int) Math.min(clusterBytes, length() - encoded.clusterStart());
            return decoder.decode(stored, clusterBytes, needed);
        } catch (FormatException broken) {
            throw new FormatException(
                    format
                            + " compressed cluster at "
                            + encoded.containerOffset()
                            + ", for the disk at "
                            + encoded.clusterStart()
                            + ": "
                            + broken.getMessage(),
                    broken);
        }
    }
}
