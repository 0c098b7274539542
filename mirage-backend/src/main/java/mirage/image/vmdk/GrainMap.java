package mirage.image.vmdk;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.image.block.BoundedCache;
import mirage.image.block.DiskMap;
import mirage.image.block.EntryTable;
import mirage.image.block.Piece;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * Where each grain lies ("Hosted Sparse Extent Metadata"): the grain directory names grain tables, these name grains, all by sector.
 * A table that lies past the end of the container is looked for in the redundant directory. Tables are only ever read and may lie
 * anywhere, but there are no more of them than the container has room for, so that a walk over the disk is bounded by what was uploaded.
 */
final class GrainMap implements DiskMap {
    private static final int SECTOR_BYTES = VmdkHeader.SECTOR_BYTES;
    private static final int CACHED_TABLES = 1024;
    private static final int MAX_JOINED_TABLES = 1 << 16;

    /** "Grain Marker": where the grain belongs on the disk, how long it is compressed, then its data. */
    private static final int MARKER_BYTES = 12;

    private static final String DIRECTORY = "VMDK grain directory";
    private static final String TABLE = "VMDK grain table";

    /** A grain that reads as zeros by its table ("zeroed-grain GTE"). */
    private static final long ZEROED = 1;

    private static final long HOLE = 0;

    private final ByteSource container;
    private final VmdkHeader header;
    private final EntryTable directory;
    private final @Nullable EntryTable redundant;
    private final long grainBytes;
    private final long tableSpan;
    private final BoundedCache<long[]> tables = new BoundedCache<>(CACHED_TABLES);

    private GrainMap(
            ByteSource container,
            VmdkHeader header,
            EntryTable directory,
            @Nullable EntryTable redundant) {
        this.container = container;
        this.header = header;
        this.directory = directory;
        this.redundant = redundant;
        grainBytes = header.grainBytes();
        tableSpan = grainBytes * header.tableEntries();
    }

    /**
     * @throws FormatException when neither directory lies in the container, or it names more tables than that has room for
     */
    static GrainMap open(ByteSource container, VmdkHeader header) throws IOException {
        long tables = Math.ceilDiv(header.diskBytes(), header.grainBytes() * header.tableEntries());
        EntryTable redundant = null;
        if (header.redundantOffset() != 0) {
            try {
                redundant = directory(container, header.redundantOffset(), tables);
            } catch (FormatException outside) {
                // The first copy is the one that counts.
            }
        }
        EntryTable directory;
        try {
            directory = directory(container, header.directoryOffset(), tables);
        } catch (FormatException outside) {
            if (redundant == null) {
                throw outside;
            }
            directory = redundant;
        }
        requireRoom(container, header, directory);
        return new GrainMap(container, header, directory, redundant);
    }

    private static EntryTable directory(ByteSource container, long offset, long tables)
            throws FormatException {
        return EntryTable.within(
                container, DIRECTORY, offset, tables, Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
    }

    private static void requireRoom(ByteSource container, VmdkHeader header, EntryTable directory)
            throws IOException {
        long room = container.length() / ((long) header.tableEntries() * Integer.BYTES);
        long named = 0;
        for (long i = 0; i < directory.entries(); i++) {
            named += directory.entry(i) == 0 ? 0 : 1;
        }
        if (named > room) {
            throw new FormatException(
                    DIRECTORY
                            + " at "
                            + directory.offset()
                            + ": names "
                            + named
                            + " grain tables, the container has room for "
                            + room);
        }
    }

    @Override
    public long diskBytes() {
        return header.diskBytes();
    }

    @Override
    public Piece pieceAt(long position, long enough) throws IOException {
        long index = position / tableSpan;
        if (directory.entry(index) == 0) {
            return new Piece.Hole(endOfEmptyTables(index, position, enough) - position, false);
        }
        long spanLeft = Math.min(diskBytes() - position, tableSpan - position % tableSpan);
        long table = tableOffset(index);
        if (!holdsTable(table)) {
            return new Piece.Hole(spanLeft, true);
        }
        long[] grains = tables.get(table, () -> readTable(table));
        int grain = (int) (position % tableSpan / grainBytes);
        return header.compressed() && placeOf(grains, grain) != HOLE
                ? encoded(table, grains, position, grain)
                : pieceIn(grains, position, grain, Math.min(enough, spanLeft));
    }

    private long endOfEmptyTables(long from, long position, long enough) throws IOException {
        long last = Math.min(directory.entries(), from + MAX_JOINED_TABLES);
        long index = from + 1;
        while (index < last
                && index * tableSpan - position < enough
                && directory.entry(index) == 0) {
            index++;
        }
        return index == directory.entries() ? diskBytes() : index * tableSpan;
    }

    private long tableOffset(long index) throws IOException {
        long offset = directory.entry(index) * SECTOR_BYTES;
        if (!holdsTable(offset) && redundant != null) {
            return redundant.entry(index) * SECTOR_BYTES;
        }
        return offset;
    }

    private boolean holdsTable(long offset) {
        return offset != 0
                && offset <= container.length() - (long) header.tableEntries() * Integer.BYTES;
    }

    private Piece pieceIn(long[] grains, long position, int grain, long enough) {
        long place = placeOf(grains, grain);
        long length = grainBytes - position % grainBytes;
        for (int next = grain + 1; next < grains.length && length < enough; next++) {
            long goesOn = place == HOLE ? HOLE : place + (next - grain) * grainBytes;
            if (placeOf(grains, next) != goesOn) {
                break;
            }
            length += grainBytes;
        }
        length = Math.min(length, diskBytes() - position);
        long inGrain = position % grainBytes;
        long left = container.length() - place - inGrain;
        if (place == HOLE || left <= 0) {
            return new Piece.Hole(length, place != HOLE);
        }
        return new Piece.Plain(Math.min(length, left), place + inGrain);
    }

    /**
     * With a marker before it, which tells its length and where it belongs; without, as much as QEMU would read.
     */
    private Piece encoded(long table, long[] grains, long position, int grain) throws IOException {
        long grainStart = position - position % grainBytes;
        long length = Math.min(diskBytes(), grainStart + grainBytes) - position;
        long place = placeOf(grains, grain);
        int most = 2 * (int) grainBytes;
        if (!header.markers()) {
            int left = (int) Math.clamp(container.length() - place, 0, most);
            return left == 0
                    ? new Piece.Broken(length, TABLE, table, grain)
                    : new Piece.Encoded(length, grainStart, place, left);
        }
        if (place > container.length() - MARKER_BYTES) {
            return new Piece.Broken(length, TABLE, table, grain);
        }
        StructReader marker =
                StructReader.read(
                        "VMDK grain marker",
                        container,
                        place,
                        MARKER_BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        long stored = marker.u32(8);
        boolean sound =
                marker.s64(0) == grainStart / SECTOR_BYTES
                        && stored > 0
                        && stored <= most
                        && stored <= container.length() - MARKER_BYTES - place;
        return sound
                ? new Piece.Encoded(length, grainStart, place + MARKER_BYTES, (int) stored)
                : new Piece.Broken(length, TABLE, table, grain);
    }

    /** Offset in the container, or {@link #HOLE}: a grain cannot lie where the header is. */
    private long placeOf(long[] grains, int grain) {
        long sector = grains[grain];
        return header.zeroedGrains() && sector == ZEROED ? HOLE : sector * SECTOR_BYTES;
    }

    private long[] readTable(long offset) throws IOException {
        EntryTable entries =
                EntryTable.within(
                        container,
                        TABLE,
                        offset,
                        header.tableEntries(),
                        Integer.BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        long[] grains = new long[header.tableEntries()];
        for (int i = 0; i < grains.length; i++) {
            grains[i] = entries.entry(i);
        }
        return grains;
    }
}
