package mirage.filesystem.ntfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.ReadAhead;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds records by number, in the MFT. That is a file itself, whose record is its first; where its runs do not fit into
 * that record, further ones hold them, which lie where the runs that are known already say. The first records have a
 * copy elsewhere, which is used for those that make no sense. "$MFT", "$MFTMirr" of the NTFS documentation.
 */
final class NtfsRecordTable {
    private static final int IN_MIRROR = 4;

    /** About 200,000 fragments of the MFT. */
    private static final int MAX_CONTINUATIONS = 1024;

    private final NtfsVolume volume;
    private final int recordSize;
    private final ReadAhead ahead;
    private ExtentMap map;

    /**
     * @throws FormatException when there is no MFT
     */
    NtfsRecordTable(NtfsVolume volume) throws IOException {
        this.volume = volume;
        this.recordSize = volume.boot().recordSize();
        this.ahead = new ReadAhead(recordSize);
        long start = volume.position(volume.boot().tableCluster());
        this.map = new ExtentMap.Builder().add(0, recordSize, start).build();
        NtfsRecord own = read(0);
        NtfsStream data = NtfsStream.find(0, own.attributes(), NtfsAttribute.DATA);
        if (data == null || data.resident() != null) {
            throw new FormatException("ntfs $MFT: its record says not where it lies");
        }
        place(own, data.size());
    }

    private void place(NtfsRecord own, long size) throws IOException {
        List<NtfsAttribute> parts = new ArrayList<>(dataOf(own));
        map = mapOf(parts, size);
        for (long reference : continuations(own)) {
            long number = NtfsRecord.number(reference);
            if (!isPlaced(number)) {
                map = mapOf(parts, size);
            }
            try {
                NtfsRecord record = read(number);
                if (record.isInUse() && NtfsRecord.number(record.base()) == 0) {
                    parts.addAll(dataOf(record));
                }
            } catch (FormatException e) {
                volume.warn(e);
            }
        }
        map = mapOf(parts, size);
    }

    /** Those that can be read of the list; what they would have placed is missing then. */
    private List<Long> continuations(NtfsRecord own) throws IOException {
        try {
            NtfsStream list = NtfsStream.find(0, own.attributes(), NtfsAttribute.ATTRIBUTE_LIST);
            if (list == null) {
                return List.of();
            }
            List<Long> references =
                    NtfsAttributeList.references(
                            list.bytes(volume, NtfsAttributeList.MAX_BYTES), 0);
            return references.subList(0, Math.min(references.size(), MAX_CONTINUATIONS));
        } catch (FormatException e) {
            volume.warn("$MFT: " + e.getMessage());
            return List.of();
        }
    }

    private static List<NtfsAttribute> dataOf(NtfsRecord record) {
        return record.attributes().stream()
                .filter(attribute -> attribute.is(NtfsAttribute.DATA, RawName.EMPTY))
                .toList();
    }

    private ExtentMap mapOf(List<NtfsAttribute> parts, long size) throws IOException {
        FileMapping mapping = new FileMapping(volume, 0, size, true);
        List<NtfsAttribute.Place.Scattered> scattered =
                parts.stream()
                        .map(NtfsAttribute::place)
                        .filter(NtfsAttribute.Place.Scattered.class::isInstance)
                        .map(NtfsAttribute.Place.Scattered.class::cast)
                        .sorted(
                                Comparator.comparingLong(
                                        NtfsAttribute.Place.Scattered::firstCluster))
                        .toList();
        for (NtfsAttribute.Place.Scattered part : scattered) {
            try {
                NtfsRunList.read(part.runs(), part.firstCluster(), mapping);
            } catch (FormatException e) {
                mapping.damage(e);
            }
        }
        return mapping.build().map();
    }

    int maxAhead() {
        return ahead.capacity();
    }

    /** Prepares for records that will be asked for in an order of their own. */
    void readAhead(long[] numbers) throws IOException {
        ahead.fill(numbers, this::stored);
    }

    /**
     * @throws FormatException when there is no such record, or it makes no sense
     */
    NtfsRecord read(long number) throws IOException {
        try {
            ByteBuffer known = ahead.find(number);
            ByteBuffer stored =
                    known == null ? stored(number) : known.order(ByteOrder.LITTLE_ENDIAN);
            return NtfsRecord.parse(number, stored, volume);
        } catch (FormatException e) {
            if (number >= IN_MIRROR) {
                throw e;
            }
            return fromMirror(number, e);
        }
    }

    private NtfsRecord fromMirror(long number, FormatException problem) throws IOException {
        long cluster = volume.boot().mirrorCluster();
        long clusters = ((number + 1) * recordSize - 1) / volume.blockSize() + 1;
        if (!volume.holds(cluster, clusters)) {
            throw problem;
        }
        long position = volume.position(cluster) + number * recordSize;
        NtfsRecord record = NtfsRecord.parse(number, volume.read(position, recordSize), volume);
        volume.warn(problem.getMessage() + "; its copy in $MFTMirr is used");
        return record;
    }

    private boolean isPlaced(long number) {
        long offset = number * recordSize;
        int index = map.firstRunEndingAfter(offset);
        return index < map.runCount() && map.run(index).offset() <= offset;
    }

    private ByteBuffer stored(long number) throws IOException {
        if (number < 0 || number > Long.MAX_VALUE / recordSize - 1 || !isPlaced(number)) {
            throw new FormatException("record " + number + " is outside the MFT");
        }
        long offset = number * recordSize;
        ExtentMap.Run run = map.run(map.firstRunEndingAfter(offset));
        long position = run.target() + offset - run.offset();
        if (run.end() - offset >= recordSize && position % recordSize == 0) {
            return volume.cached(position, recordSize, "record " + number);
        }
        return volume.content(map, offset, recordSize);
    }
}
