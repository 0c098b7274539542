package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

/**
 * Part of a file's content. "Extent data item".
 *
 * @param at where in the file it begins, in bytes
 * @param length of that part of the file, in bytes, more than 0
 * @param kind where its bytes are
 * @param compression how they are compressed, null when they are not
 * @param decodedBytes what all that is stored gives when it is decoded
 * @param address logical, of all that is stored; 0 inline
 * @param storedBytes length of all that is stored; 0 inline
 * @param skipped bytes of what is stored, decoded, before those of this part
 * @param inline what the item itself holds, stored; empty otherwise
 */
record BtrfsExtent(
        long at,
        long length,
        Kind kind,
        @Nullable BtrfsCompression compression,
        long decodedBytes,
        long address,
        long storedBytes,
        long skipped,
        byte[] inline) {

    /** The largest part of a file that is compressed at once: no writer takes more. */
    static final int MAX_COMPRESSED_BYTES = 128 << 10;

    private static final int HEADER_BYTES = 21;
    private static final int INLINE = 0;
    private static final int REGULAR = 1;
    private static final int PREALLOCATED = 2;
    private static final byte[] NOTHING = new byte[0];

    enum Kind {
        /** In the item. */
        INLINE,
        /** In the volume. */
        STORED,
        /** Nowhere: zeros. */
        HOLE
    }

    /**
     * @param at the offset of the item's key
     * @throws FormatException when it makes no sense, or is encoded in a way that is not known
     */
    static BtrfsExtent parse(long at, StructReader in) throws FormatException {
        in.require(at >= 0, "offset", 0, "up to 2^63", Long.toUnsignedString(at));
        in.require(in.u8(17) == 0, "encryption", 17, "none", in.u8(17));
        in.require(in.u16(18) == 0, "other_encoding", 18, "none", in.u16(18));
        BtrfsCompression compression = BtrfsCompression.of(in, 16);
        boolean isCompressed = compression != null;
        long most = isCompressed ? MAX_COMPRESSED_BYTES : Long.MAX_VALUE - at;
        long decoded = in.boundedS64(8, 0, most, "ram_bytes");
        int type = in.u8(20);
        if (type == INLINE) {
            byte[] bytes = in.bytes(HEADER_BYTES, in.length() - HEADER_BYTES);
            long length = isCompressed ? decoded : bytes.length;
            return new BtrfsExtent(at, length, Kind.INLINE, compression, length, 0, 0, 0, bytes);
        }
        in.require(type == REGULAR || type == PREALLOCATED, "type", 20, "up to 2", type);
        long address = in.s64(21);
        long length = in.boundedS64(45, 1, Long.MAX_VALUE - at, "num_bytes");
        if (address == 0 || type == PREALLOCATED) {
            return new BtrfsExtent(at, length, Kind.HOLE, null, 0, 0, 0, 0, NOTHING);
        }
        long stored = in.boundedS64(29, 1, most, "disk_num_bytes");
        long whole = isCompressed ? decoded : stored;
        long skipped = in.boundedS64(37, 0, whole, "offset");
        in.require(length <= whole - skipped, "num_bytes", 45, "within its extent", length);
        return new BtrfsExtent(
                at, length, Kind.STORED, compression, whole, address, stored, skipped, NOTHING);
    }

    /** Whether bytes of the file are bytes of the volume. */
    boolean isPlain() {
        return kind != Kind.INLINE && compression == null;
    }

    /**
     * This extent of the tree.
     *
     * @throws FormatException when it is not the begin of its file, where alone the tree holds content
     */
    BtrfsExtent requireFirst() throws FormatException {
        if (at != 0) {
            throw new FormatException("an extent in the tree at " + at);
        }
        return this;
    }

    /** What the item itself holds, decoded. */
    byte[] inlineBytes(int sectorSize) throws FormatException {
        return compression == null ? inline : compression.decode(inline, (int) length, sectorSize);
    }
}
