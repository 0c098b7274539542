package mirage.filesystem.erofs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.util.Arrays;

/**
 * What of a compressed file is compressed where: runs of the file, each decoded by itself. "Compressed Format Layout",
 * "Per-inode Compression Metadata".
 */
final class CompressedExtents {
    /** As many as 4 GiB have at the least compression. */
    private static final int MAX_EXTENTS = 2 << 20;

    /** What a compressed cluster decodes to at most, and what it takes. */
    private static final int MAX_DECODED_BYTES = 12 << 20;

    private static final int MAX_STORED_BYTES = 1 << 20;
    private static final int HEADER_BYTES = 8;

    private static final int TWO_BYTE = 0x1;
    private static final int COUNTS_1 = 0x2;
    private static final int COUNTS_2 = 0x4;
    private static final int INLINE_TAIL = 0x8;
    private static final int INTERLACED = 0x10;
    private static final int FRAGMENT = 0x20;
    private static final int WHOLE_FRAGMENT = 0x80;

    /** What an extent takes, here and in the map that is made of it. */
    private static final int EXTENT_BYTES = 50;

    private final ErofsVolume volume;
    private final long inode;
    private final long size;
    private final boolean interlaced;
    private final int defaultStored;
    private final int blockBits;
    private long[] starts = new long[16];
    private long[] places = new long[16];
    private int[] stored = new int[16];
    private boolean[] plain = new boolean[16];
    private int count;

    private CompressedExtents(
            ErofsVolume volume,
            ErofsInode inode,
            boolean interlaced,
            int blockBits,
            int clusterBits) {
        this.volume = volume;
        this.inode = inode.number();
        this.size = inode.size();
        this.interlaced = interlaced;
        this.blockBits = blockBits;
        this.defaultStored = 1 << clusterBits;
        volume.beginMap();
    }

    /**
     * @param inode of a compressed file
     * @throws FormatException when it is damaged, or compressed by what is not read
     */
    static CompressedExtents read(ErofsVolume volume, ErofsInode inode) throws IOException {
        long at = inode.dataAt() + 7 & ~7L;
        StructReader header = volume.struct(at, HEADER_BYTES, "compression header");
        int advise = header.u16(4);
        header.require(
                (header.u8(7) & WHOLE_FRAGMENT) == 0 && (advise & FRAGMENT) == 0,
                "h_advise",
                4,
                "no fragments, which are recognised and not read",
                "0x" + Integer.toHexString(advise));
        int blockBits = volume.superblock().blockBits();
        int clusterBits = blockBits + (header.u8(7) & 7);
        ClusterIndex index = index(header, inode, at, advise, clusterBits);
        CompressedExtents extents =
                new CompressedExtents(
                        volume, inode, (advise & INTERLACED) != 0, blockBits, clusterBits);
        extents.collect(index, header);
        if ((advise & INLINE_TAIL) != 0) {
            extents.inlineTail(index.end(), header.u16(2));
        }
        extents.check();
        return extents;
    }

    private static ClusterIndex index(
            StructReader header, ErofsInode inode, long at, int advise, int clusterBits)
            throws FormatException {
        long count = inode.size() >>> clusterBits;
        count += (inode.size() & (1L << clusterBits) - 1) == 0 ? 0 : 1;
        header.require(
                count <= MAX_EXTENTS * 8L, "size", 0, "up to 16777216 clusters", inode.size());
        boolean countsBlocks = (advise & (COUNTS_1 | COUNTS_2)) != 0;
        if (inode.layout() == ErofsInode.COMPRESSED_COMPACTED) {
            return ClusterIndex.compacted(
                    clusterBits, count, at + HEADER_BYTES, (advise & TWO_BYTE) != 0, countsBlocks);
        }
        header.require((advise & TWO_BYTE) == 0, "h_advise", 4, "no encoded extents", "0x1");
        // Eight bytes that nothing uses follow the header.
        return ClusterIndex.full(clusterBits, count, at + 2 * HEADER_BYTES, countsBlocks);
    }

    private void collect(ClusterIndex index, StructReader header) throws IOException {
        int algorithms = header.u8(6);
        index.visit(
                volume,
                new ClusterIndex.EntryVisitor() {
                    @Override
                    public void head(long cluster, int type, int offset, long block)
                            throws IOException {
                        if (offset >>> index.clusterBits() != 0) {
                            throw new FormatException(
                                    "a compressed extent begins "
                                            + offset
                                            + " bytes into a cluster");
                        }
                        int method = type == ClusterIndex.HEAD_2 ? algorithms >>> 4 : algorithms;
                        requireLz4(type == ClusterIndex.PLAIN ? 0 : method & 0xf);
                        add(
                                (cluster << index.clusterBits()) + offset,
                                block << blockBits,
                                type == ClusterIndex.PLAIN);
                    }

                    @Override
                    public void blocks(int blocks) throws FormatException {
                        if (count > 0) {
                            stored[count - 1] =
                                    (int) Math.min((long) blocks << blockBits, Integer.MAX_VALUE);
                        }
                    }
                });
    }

    private static void requireLz4(int method) throws FormatException {
        if (method != 0) {
            String[] names = {"lz4", "lzma", "deflate", "zstd"};
            throw new FormatException(
                    "compressed by "
                            + (method < names.length ? names[method] : "method " + method)
                            + ", which is recognised and not read");
        }
    }

    private void add(long start, long place, boolean isPlain) throws IOException {
        if (count == MAX_EXTENTS) {
            throw new FormatException("more than " + MAX_EXTENTS + " compressed extents");
        }
        // A head may begin behind the file's end, where it stands for nothing.
        if (start >= size) {
            return;
        }
        if (count > 0 ? start <= starts[count - 1] : start != 0) {
            throw new FormatException("a compressed extent begins at " + start + ", out of order");
        }
        if (count == starts.length) {
            // Twice as many as before, beside those before.
            volume.growMap(inode, (long) EXTENT_BYTES * 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
            places = Arrays.copyOf(places, 2 * count);
            stored = Arrays.copyOf(stored, 2 * count);
            plain = Arrays.copyOf(plain, 2 * count);
        }
        starts[count] = start;
        places[count] = place;
        stored[count] = defaultStored;
        plain[count++] = isPlain;
    }

    /** "Ztailpacking": the last extent follows the index. */
    private void inlineTail(long place, int length) {
        if (count > 0) {
            places[count - 1] = place;
            stored[count - 1] = length;
        }
    }

    private void check() throws FormatException {
        if (count == 0 && size > 0) {
            throw new FormatException("a compressed file without extents");
        }
        for (int i = 0; i < count; i++) {
            volume.require(places[i], stored[i], "compressed extent");
            if (length(i) > MAX_DECODED_BYTES || stored[i] > MAX_STORED_BYTES) {
                throw new FormatException(
                        "a compressed extent of "
                                + stored[i]
                                + " bytes for "
                                + length(i)
                                + " is too long");
            }
            if (plain[i] && length(i) > stored[i]) {
                throw new FormatException(
                        "an extent of " + length(i) + " bytes as they are in " + stored[i]);
            }
        }
    }

    long size() {
        return size;
    }

    /** The extent around a byte of the file. */
    int find(long position) {
        int found = Arrays.binarySearch(starts, 0, count, position);
        return found >= 0 ? found : -found - 2;
    }

    long start(int index) {
        return starts[index];
    }

    /** How many bytes of the file it is. */
    long length(int index) {
        return (index + 1 < count ? starts[index + 1] : size) - starts[index];
    }

    long place(int index) {
        return places[index];
    }

    int stored(int index) {
        return stored[index];
    }

    boolean isPlain(int index) {
        return plain[index];
    }

    /**
     * "Interlaced Physical Cluster": where in its block the bytes of a plain extent begin; what does not fit before the
     * end of the block is at its start.
     */
    int rotation(int index) {
        return interlaced ? (int) (starts[index] & (1 << blockBits) - 1) : 0;
    }

    /** Where the compressed bytes lie, one extent after the other. */
    ExtentMap storedMap() {
        ExtentMap.Builder map = new ExtentMap.Builder();
        long at = 0;
        for (int i = 0; i < count; i++) {
            if (stored[i] > 0) {
                map.add(at, stored[i], places[i]);
                at += stored[i];
            }
        }
        return map.build();
    }
}
