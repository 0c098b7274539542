package mirage.pack.rocksdb;

import mirage.chunk.ChunkId;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.pack.PackChunk;
import mirage.pack.PackId;
import mirage.pack.StoreStatistics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys and values of the index in RocksDB: {@code docs/format/index.md}. Integers are big-endian.
 * <pre>
 *   default: "format"              → version:u16
 *            "next"                → pack number:u32
 *            "pack" number:u32     → packId:32 chunks:varint contentBytes:varint packBytes:varint
 *   chunks:  chunkId:32            → place
 *   copies:  chunkId:32 number:u32 → place
 *   place  = number:varint frame:varint offset:varint length:varint
 * </pre>
 */
final class IndexLayout {
    static final int VERSION = 1;
    static final byte[] FORMAT_KEY = ascii("format");
    static final byte[] NEXT_KEY = ascii("next");
    static final byte[] PACK_PREFIX = ascii("pack");

    private IndexLayout() {}

    /**
     * A place with the pack's number in this index.
     *
     * @param number of the pack
     */
    record Place(int number, int frame, int offset, int length) {
        static Place of(int number, PackChunk chunk) {
            return new Place(number, chunk.frame(), chunk.offset(), chunk.length());
        }

        static Place decode(byte[] value) throws CorruptBlobException {
            ByteReader in = new ByteReader("place in the chunk index", ByteBuffer.wrap(value));
            Place place =
                    new Place(
                            in.boundedVarint(0, Integer.MAX_VALUE, "pack number"),
                            in.boundedVarint(0, Integer.MAX_VALUE, "frame"),
                            in.boundedVarint(0, Integer.MAX_VALUE / 2, "offset"),
                            in.boundedVarint(1, Integer.MAX_VALUE / 2, "length"));
            in.expectEnd();
            return place;
        }

        byte[] encode() {
            return new ByteWriter(16)
                    .varint(number)
                    .varint(frame)
                    .varint(offset)
                    .varint(length)
                    .toBytes();
        }
    }

    /** That a pack is in the index, and what it holds. */
    record Marker(int number, PackId pack, StoreStatistics holds) {
        static Marker decode(byte[] key, byte[] value) throws CorruptBlobException {
            ByteReader in = new ByteReader("pack in the chunk index", ByteBuffer.wrap(value));
            ByteBuffer number = ByteBuffer.wrap(key, PACK_PREFIX.length, Integer.BYTES);
            PackId pack = PackId.ofDigest(in.bytes(PackId.BYTES));
            long chunks = in.varint();
            long contentBytes = in.varint();
            StoreStatistics holds = new StoreStatistics(chunks, contentBytes, 1, in.varint());
            in.expectEnd();
            return new Marker(number.getInt(), pack, holds);
        }

        byte[] key() {
            return markerKey(number);
        }

        byte[] encode() {
            return new ByteWriter(64)
                    .bytes(pack.toBytes())
                    .varint(holds.chunks())
                    .varint(holds.contentBytes())
                    .varint(holds.packBytes())
                    .toBytes();
        }
    }

    static byte[] markerKey(int number) {
        return new ByteWriter(8).bytes(PACK_PREFIX).u32(number).toBytes();
    }

    static boolean isMarkerKey(byte[] key) {
        return key.length == PACK_PREFIX.length + Integer.BYTES
                && Arrays.mismatch(key, PACK_PREFIX) == PACK_PREFIX.length;
    }

    static byte[] copyKey(byte[] chunkId, int number) {
        return new ByteWriter(ChunkId.BYTES + Integer.BYTES).bytes(chunkId).u32(number).toBytes();
    }

    static byte[] number(int value) {
        return new ByteWriter(Integer.BYTES).u32(value).toBytes();
    }

    static byte[] format() {
        return new ByteWriter(2).u16(VERSION).toBytes();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
