package mirage.filesystem.erofs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;

/**
 * The index of a compressed file: an entry for each logical cluster, in one of two forms. "Compressed Format Layout",
 * "Logical Cluster Index Entry" and "Compacted Logical Cluster Index".
 *
 * @param clusterBits a logical cluster is 2 to this many bytes
 * @param count of logical clusters
 * @param at where the first entry is
 * @param compacted which form it has
 * @param twoByteFrom first entry of those that take two bytes each
 * @param twoByteCount how many these are
 * @param countsBlocks whether compressed clusters may be of several blocks, whose count is in the entry behind the first
 */
record ClusterIndex(
        int clusterBits,
        long count,
        long at,
        boolean compacted,
        long twoByteFrom,
        long twoByteCount,
        boolean countsBlocks) {

    static final int PLAIN = 0;
    static final int CONTINUED = 2;
    static final int HEAD_2 = 3;

    private static final int FULL_BYTES = 8;
    private static final int PACK_OF_2_BYTES = 8;
    private static final int PACK_OF_16_BYTES = 32;
    private static final int MIN_OFFSET_BITS = 12;
    private static final int MAX_COMPACTED_BITS = 14;

    /** In the entry behind the first one of a compressed cluster: how many blocks it has. */
    private static final int BLOCK_COUNT = 1 << 11;

    /** Entries read at a time. */
    private static final int BATCH = 4096;

    /** Takes the entries in their order. */
    interface EntryVisitor {
        /** A cluster in which compressed bytes, or such as they are, begin for a place in it, and the block they are in. */
        void head(long cluster, int type, int offset, long block) throws IOException;

        /** How many blocks the last head's bytes take. */
        void blocks(int count) throws FormatException;
    }

    static ClusterIndex full(int clusterBits, long count, long at, boolean countsBlocks) {
        return new ClusterIndex(clusterBits, count, at, false, 0, 0, countsBlocks);
    }

    /** "Compacted Lcluster Entry Packs Layout": packs of 16 entries are aligned, and fill what packs of two leave. */
    static ClusterIndex compacted(
            int clusterBits, long count, long at, boolean twoByte, boolean countsBlocks)
            throws FormatException {
        if (clusterBits > (twoByte ? MIN_OFFSET_BITS : MAX_COMPACTED_BITS)) {
            throw new FormatException("compacted index of clusters of 2^" + clusterBits + " bytes");
        }
        long before = (PACK_OF_16_BYTES - at % PACK_OF_16_BYTES) / 4 & 7;
        long many = twoByte && before < count ? (count - before) / 16 * 16 : 0;
        return new ClusterIndex(
                clusterBits, count, at, true, Math.min(before, count), many, countsBlocks);
    }

    /** Where the index ends. */
    long end() {
        if (!compacted) {
            return at + count * FULL_BYTES;
        }
        long ofTwo = count - twoByteCount;
        return at + twoByteCount * 2 + (ofTwo + 1) / 2 * PACK_OF_2_BYTES;
    }

    /**
     * @throws FormatException when it is outside the volume, or makes no sense
     */
    void visit(ErofsVolume volume, EntryVisitor visitor) throws IOException {
        volume.require(at, end() - at, "cluster index");
        if (compacted) {
            long middle = at + twoByteFrom * 4;
            visitPacks(volume, visitor, 0, twoByteFrom, at, 2);
            visitPacks(volume, visitor, twoByteFrom, twoByteCount, middle, 16);
            long rest = twoByteFrom + twoByteCount;
            visitPacks(volume, visitor, rest, count - rest, middle + twoByteCount * 2, 2);
        } else {
            visitFull(volume, visitor);
        }
    }

    private void visitFull(ErofsVolume volume, EntryVisitor visitor) throws IOException {
        for (long first = 0; first < count; first += BATCH) {
            int here = (int) Math.min(BATCH, count - first);
            StructReader in =
                    volume.struct(at + first * FULL_BYTES, here * FULL_BYTES, "cluster index");
            for (int i = 0; i < here; i++) {
                int type = in.u16(i * FULL_BYTES) & 3;
                int delta = in.u16(i * FULL_BYTES + 4);
                if (type != CONTINUED) {
                    visitor.head(
                            first + i,
                            type,
                            in.u16(i * FULL_BYTES + 2),
                            in.u32(i * FULL_BYTES + 4));
                } else if (countsBlocks && (delta & BLOCK_COUNT) != 0) {
                    visitor.blocks(delta & ~BLOCK_COUNT);
                }
            }
        }
    }

    private void visitPacks(
            ErofsVolume volume, EntryVisitor visitor, long first, long entries, long from, int each)
            throws IOException {
        int packBytes = each == 2 ? PACK_OF_2_BYTES : PACK_OF_16_BYTES;
        int perBatch = BATCH / each;
        long packs = (entries + each - 1) / each;
        for (long pack = 0; pack < packs; pack += perBatch) {
            int here = (int) Math.min(perBatch, packs - pack);
            StructReader in =
                    volume.struct(from + pack * packBytes, here * packBytes, "cluster index");
            for (int i = 0; i < here; i++) {
                long cluster = first + (pack + i) * each;
                visitPack(
                        in.sub("pack", i * packBytes, packBytes),
                        visitor,
                        cluster,
                        (int) Math.min(each, first + entries - cluster),
                        each);
            }
        }
    }

    /**
     * A pack says where it begins, in blocks; how far the bytes of each head are from there, the entries before it tell.
     */
    private void visitPack(
            StructReader pack, EntryVisitor visitor, long cluster, int entries, int each)
            throws IOException {
        int bits = each == 2 ? 16 : 14;
        int offsetBits = Math.max(clusterBits, MIN_OFFSET_BITS);
        // Where no counts are kept, the pack's number is that of the block before its first one.
        long block = pack.u32(pack.length() - 4) + (countsBlocks ? 0 : 1);
        for (int i = 0; i < entries; i++) {
            int entry = entry(pack, i * bits) & (1 << offsetBits + 2) - 1;
            int type = entry >>> offsetBits;
            int low = entry & (1 << offsetBits) - 1;
            if (type != CONTINUED) {
                visitor.head(cluster + i, type, low, block);
                block += isCounted(pack, i + 1, entries, bits, offsetBits) ? 0 : 1;
            } else if (countsBlocks && (low & BLOCK_COUNT) != 0) {
                visitor.blocks(low & ~BLOCK_COUNT);
                block += low & ~BLOCK_COUNT;
            }
        }
    }

    /** Whether the next entry says how many blocks a head has, so that it is not one. */
    private boolean isCounted(StructReader pack, int next, int entries, int bits, int offsetBits)
            throws FormatException {
        if (!countsBlocks || next >= entries) {
            return false;
        }
        int entry = entry(pack, next * bits);
        return (entry >>> offsetBits & 3) == CONTINUED && (entry & BLOCK_COUNT) != 0;
    }

    private static int entry(StructReader pack, int bit) throws FormatException {
        return (int) (pack.u32(bit / 8) >>> bit % 8);
    }
}
