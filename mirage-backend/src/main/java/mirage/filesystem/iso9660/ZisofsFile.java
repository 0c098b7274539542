package mirage.filesystem.iso9660;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.decode.BlockDecoders;
import mirage.filesystem.decode.PieceSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A file that zisofs compressed, decoded block by block where it is read: a header, places of blocks, blocks by zlib.
 * "Description of the zisofs Format". Safe for use by many threads.
 */
final class ZisofsFile extends PieceSource {
    private static final byte[] MAGIC = {
        0x37, (byte) 0xe4, 0x53, (byte) 0x96, (byte) 0xc9, (byte) 0xdb, (byte) 0xd6, 0x07
    };
    private static final int HEADER_BYTES = 16;
    private static final int MIN_BLOCK_LOG = 15;
    private static final int MAX_BLOCK_LOG = 17;
    private static final byte[] ZEROS = {};

    private final ByteSource stored;
    private final int headerBytes;
    private final int blockSize;
    private final WorkBudget work;

    /** The block that was read last: reading goes on in it. */
    private volatile Piece last;

    private ZisofsFile(ByteSource stored, RockRidge.Compression compression, WorkBudget work) {
        super(compression.size());
        this.stored = stored;
        this.headerBytes = compression.headerBytes();
        this.blockSize = 1 << compression.blockLog();
        this.work = work;
        this.last = new Piece(0, 0, ZEROS, 0);
    }

    /** Whether Linux reads it too. */
    static boolean isKnown(RockRidge.Compression compression) {
        return compression.algorithm().equals("pz")
                && compression.headerBytes() == HEADER_BYTES
                && compression.blockLog() >= MIN_BLOCK_LOG
                && compression.blockLog() <= MAX_BLOCK_LOG;
    }

    /**
     * @param stored the file as it lies in the volume
     * @param compression that {@link #isKnown}
     * @throws FormatException when the file is not compressed as it should be
     */
    static ZisofsFile open(ByteSource stored, RockRidge.Compression compression, WorkBudget work)
            throws IOException {
        StructReader header = read(stored, 0, HEADER_BYTES);
        header.require(
                Arrays.equals(header.bytes(0, MAGIC.length), MAGIC),
                "magic",
                0,
                "zisofs",
                "another");
        header.require(
                header.u32(8) == compression.size()
                        && header.u8(12) * 4 == compression.headerBytes()
                        && header.u8(13) == compression.blockLog(),
                "size and blocks",
                8,
                "those of the directory record",
                "others");
        return new ZisofsFile(stored, compression, work);
    }

    @Override
    protected Piece piece(long position) throws IOException {
        Piece piece = last;
        if (position < piece.start() || position >= piece.start() + piece.length()) {
            piece = decode(position / blockSize);
            last = piece;
        }
        return piece;
    }

    /** The pointers of a block and of the next one say where it is; one without bytes is all zeros. */
    private Piece decode(long index) throws IOException {
        StructReader places = read(stored, headerBytes + index * Integer.BYTES, 2 * Integer.BYTES);
        long start = places.u32(0);
        long end = places.u32(Integer.BYTES);
        long first = index * blockSize;
        int length = (int) Math.min(blockSize, length() - first);
        places.require(
                end >= start && end - start <= 2L * blockSize && end <= stored.length(),
                "block pointers",
                0,
                "ascending, within the file",
                start + " and " + end);
        if (start == end) {
            return new Piece(first, length, ZEROS, 0);
        }
        work.charge(end - start + length);
        byte[] compressed = new byte[(int) (end - start)];
        stored.readFully(start, ByteBuffer.wrap(compressed));
        byte[] block = new byte[length];
        int decoded;
        try {
            decoded = BlockDecoders.ZLIB.decode(compressed, block);
        } catch (FormatException e) {
            throw new FormatException("iso9660 zisofs block " + index + ": " + e.getMessage(), e);
        }
        places.require(decoded == length, "block", 0, length + " bytes", decoded);
        return new Piece(first, length, block, 0);
    }

    private static StructReader read(ByteSource stored, long at, int length) throws IOException {
        return StructReader.read(
                "iso9660 zisofs file", stored, at, length, ByteOrder.LITTLE_ENDIAN);
    }
}
