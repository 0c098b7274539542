package mirage.image.qcow2;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.image.block.BoundedCache;
import mirage.image.block.DiskMap;
import mirage.image.block.Piece;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where each range of the guest's disk lies (sections "Cluster mapping" and "Extended L2 Entries"). The L1 table is
 * held, L2 tables are read when needed and a few MiB of them kept. Safe for use by many threads.
 *
 * <p>The unit of mapping is the cluster or, with extended L2 entries, the subcluster, 32 to a cluster. Tables may lie
 * anywhere, also over each other or over the header: they are only ever read, and there are no more references to L2
 * tables than the container has clusters, so a walk over the whole disk reads at most as much as the container holds.
 */
final class ClusterMap implements DiskMap {
    private static final long CACHED_TABLE_BYTES = 4 << 20;

    private static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;
    private static final long COMPRESSED = 1L << 62;
    private static final long READS_AS_ZEROS = 1;
    private static final int SECTOR_BYTES = 512;

    /** What a unit is when it has no place in the container; a place is 0 or greater. */
    private static final long HOLE = -1;

    private static final long LOST = -2;
    private static final long ENCODED = -3;
    private static final long BROKEN = -4;

    private final ByteSource container;
    private final Qcow2Header header;
    private final long[] l1;
    private final int clusterBytes;
    private final int entryBytes;
    private final int unitBytes;
    private final int unitsPerCluster;
    private final long tableSpan;
    private final BoundedCache<long[]> tables;

    private ClusterMap(ByteSource container, Qcow2Header header, long[] l1) {
        this.container = container;
        this.header = header;
        this.l1 = l1;
        clusterBytes = header.clusterBytes();
        entryBytes = header.extendedL2() ? 2 * Long.BYTES : Long.BYTES;
        unitsPerCluster = header.extendedL2() ? 32 : 1;
        unitBytes = clusterBytes / unitsPerCluster;
        tableSpan = (long) clusterBytes / entryBytes * clusterBytes;
        tables = new BoundedCache<>((int) Math.max(2, CACHED_TABLE_BYTES / clusterBytes));
    }

    /**
     * @throws FormatException when the L1 table names more L2 tables than the container has room for
     */
    static ClusterMap open(ByteSource container, Qcow2Header header) throws IOException {
        long[] l1 = readTable(container, header.l1Offset(), header.l1Entries());
        long room = Math.ceilDiv(container.length(), header.clusterBytes());
        long named = 0;
        for (int i = 0; i < l1.length; i++) {
            l1[i] &= OFFSET_MASK;
            if (l1[i] != 0 && l1[i] < container.length()) {
                named++;
            }
        }
        if (named > room) {
            throw new FormatException(
                    "qcow2 L1 table at "
                            + header.l1Offset()
                            + ": names "
                            + named
                            + " L2 tables, the container has room for "
                            + room);
        }
        return new ClusterMap(container, header, l1);
    }

    @Override
    public long diskBytes() {
        return header.diskBytes();
    }

    @Override
    public Piece pieceAt(long position, long enough) throws IOException {
        int l1Index = (int) (position / tableSpan);
        long table = l1[l1Index];
        if (table == 0) {
            return new Piece.Hole(endOfEmptyTables(l1Index, position, enough) - position, false);
        }
        long spanLeft = upToDiskEnd(position, tableSpan - position % tableSpan);
        if (table % clusterBytes != 0) {
            return new Piece.Broken(spanLeft, "qcow2 L1 table", header.l1Offset(), l1Index);
        }
        if (table >= container.length()) {
            return new Piece.Hole(spanLeft, true);
        }
        long[] entries =
                tables.get(table, () -> readTable(container, table, clusterBytes / Long.BYTES));
        return pieceIn(table, entries, position, Math.min(enough, spanLeft));
    }

    private long endOfEmptyTables(int from, long position, long enough) {
        int index = from + 1;
        while (index < l1.length && l1[index] == 0 && index * tableSpan - position < enough) {
            index++;
        }
        return index == l1.length ? diskBytes() : index * tableSpan;
    }

    private Piece pieceIn(long table, long[] entries, long position, long enough) {
        int unit = (int) (position % tableSpan / unitBytes);
        long place = placeOf(table, entries, unit);
        if (place == ENCODED) {
            return encoded(entries, unit, position);
        }
        long length = unitBytes - position % unitBytes;
        int units = (int) (tableSpan / unitBytes);
        for (int next = unit + 1; next < units && length < enough; next++) {
            long goesOn = place < 0 ? place : place + (long) (next - unit) * unitBytes;
            if (placeOf(table, entries, next) != goesOn) {
                break;
            }
            length += unitBytes;
        }
        length = upToDiskEnd(position, length);
        if (place == BROKEN) {
            return new Piece.Broken(length, "qcow2 L2 table", table, unit / unitsPerCluster);
        }
        if (place < 0) {
            return new Piece.Hole(length, place == LOST);
        }
        return plain(place + position % unitBytes, length);
    }

    /** A run that the container's end cuts: what is left of it, or a hole when nothing is. */
    private Piece plain(long start, long length) {
        long left = container.length() - start;
        return left <= 0
                ? new Piece.Hole(length, true)
                : new Piece.Plain(Math.min(length, left), start);
    }

    /** Place of a unit in the container, where at least its first byte is, or what it is instead. */
    private long placeOf(long table, long[] entries, int unit) {
        int cluster = unit / unitsPerCluster;
        if (table + (long) cluster * entryBytes > container.length() - entryBytes) {
            return LOST;
        }
        long entry = entries[cluster * (entryBytes / Long.BYTES)];
        long offset = entry & OFFSET_MASK;
        if ((entry & COMPRESSED) != 0) {
            return compressedOffset(entry) < container.length() ? ENCODED : BROKEN;
        }
        return header.extendedL2()
                ? placeOfSubcluster(offset, entries[2 * cluster + 1], unit % unitsPerCluster)
                : placeOfCluster(offset, entry);
    }

    private long placeOfCluster(long offset, long entry) {
        if ((entry & READS_AS_ZEROS) != 0) {
            // Bit 0 is reserved in version 2, and QEMU takes it for corruption there.
            return header.version() == 2 ? BROKEN : HOLE;
        }
        return offset == 0 ? HOLE : within(offset, 0);
    }

    /** "Subcluster Allocation Bitmap": bits 0 to 31 say allocated, bits 32 to 63 say zeros, one to a subcluster. */
    private long placeOfSubcluster(long offset, long bitmap, int subcluster) {
        int allocated = (int) bitmap;
        int zeros = (int) (bitmap >>> 32);
        if (offset == 0) {
            return allocated == 0 ? HOLE : BROKEN;
        }
        if ((allocated & zeros) != 0) {
            return BROKEN;
        }
        return (allocated >>> subcluster & 1) == 0
                ? HOLE
                : within(offset, (long) subcluster * unitBytes);
    }

    private long within(long clusterOffset, long delta) {
        if (clusterOffset % clusterBytes != 0) {
            return BROKEN;
        }
        return clusterOffset + delta < container.length() ? clusterOffset + delta : LOST;
    }

    private Piece encoded(long[] entries, int unit, long position) {
        long entry = entries[unit / unitsPerCluster * (entryBytes / Long.BYTES)];
        long offset = compressedOffset(entry);
        long inCluster = position % clusterBytes;
        return new Piece.Encoded(
                upToDiskEnd(position, clusterBytes - inCluster),
                position - inCluster,
                offset,
                (int) Math.min(compressedLength(entry, offset), container.length() - offset));
    }

    /** "Compressed Clusters Descriptor": the offset has {@code 62 - (cluster_bits - 8)} bits. */
    private int compressedOffsetBits() {
        return 62 - (header.clusterBits() - 8);
    }

    private long compressedOffset(long entry) {
        return entry & ((1L << compressedOffsetBits()) - 1);
    }

    /** The sector of the offset and as many as the descriptor adds: at most two clusters. */
    private long compressedLength(long entry, long offset) {
        long more = (entry & (COMPRESSED - 1)) >>> compressedOffsetBits();
        return (more + 1) * SECTOR_BYTES - offset % SECTOR_BYTES;
    }

    private long upToDiskEnd(long position, long length) {
        return Math.min(length, diskBytes() - position);
    }

    /** Entries past the end of the container are zeros. */
    private static long[] readTable(ByteSource container, long offset, int entries)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(entries * Long.BYTES);
        container.readAt(offset, bytes);
        long[] table = new long[entries];
        bytes.rewind().asLongBuffer().get(table);
        return table;
    }
}
