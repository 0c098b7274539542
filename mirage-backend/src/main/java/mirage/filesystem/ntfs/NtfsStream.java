package mirage.filesystem.ntfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.RawName;
import mirage.filesystem.ntfs.NtfsAttribute.Place.Resident;
import mirage.filesystem.ntfs.NtfsAttribute.Place.Scattered;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The value of one attribute, of all its parts: resident in the record, or scattered over clusters. */
final class NtfsStream {
    /** Of clusters that are compressed together: Windows makes 64 KiB of them. */
    private static final long MAX_UNIT_BYTES = 1 << 20;

    private final long file;
    private final NtfsAttribute first;
    private final List<Scattered> parts;

    /**
     * Where the clusters of a compressed stream lie.
     *
     * @param placement of all clusters, by their place among the runs
     * @param end where the last run, or hole, ends in bytes
     */
    record Stored(Placement placement, long end) {}

    private NtfsStream(long file, NtfsAttribute first, List<Scattered> parts) {
        this.file = file;
        this.first = first;
        this.parts = parts;
    }

    /**
     * The stream of a type without a name, null when there is none.
     *
     * @param file its number, for warnings
     * @throws FormatException when its first part is missing
     */
    static @Nullable NtfsStream find(long file, List<NtfsAttribute> attributes, int type)
            throws FormatException {
        return find(file, attributes, type, RawName.EMPTY);
    }

    /** The same of a stream with a name. */
    static @Nullable NtfsStream find(
            long file, List<NtfsAttribute> attributes, int type, RawName name)
            throws FormatException {
        List<NtfsAttribute> found =
                attributes.stream().filter(attribute -> attribute.is(type, name)).toList();
        return found.isEmpty() ? null : of(file, found);
    }

    /** Names of all streams of a type, each with its parts, in the order in which they come. */
    static Map<RawName, List<NtfsAttribute>> byName(List<NtfsAttribute> attributes, int type) {
        Map<RawName, List<NtfsAttribute>> names = new LinkedHashMap<>();
        for (NtfsAttribute attribute : attributes) {
            if (attribute.type() == type) {
                names.computeIfAbsent(attribute.name(), _ -> new ArrayList<>()).add(attribute);
            }
        }
        return names;
    }

    /**
     * @param found all parts, of one type and name, in any order
     * @throws FormatException when the first part is missing
     */
    static NtfsStream of(long file, List<NtfsAttribute> found) throws FormatException {
        List<Scattered> parts = new ArrayList<>();
        NtfsAttribute first = null;
        for (NtfsAttribute attribute : found) {
            if (attribute.place() instanceof Scattered part) {
                parts.add(part);
                first = part.firstCluster() == 0 ? attribute : first;
            } else if (found.size() == 1) {
                first = attribute;
            }
        }
        if (first == null) {
            throw new FormatException(
                    "inode "
                            + file
                            + ": the begin of attribute 0x"
                            + Integer.toHexString(found.getFirst().type())
                            + " expected among its "
                            + found.size()
                            + " parts");
        }
        parts.sort(Comparator.comparingLong(Scattered::firstCluster));
        return new NtfsStream(file, first, parts);
    }

    /** What the record holds, null when the value is scattered. */
    @Nullable ByteBuffer resident() {
        return first.place() instanceof Resident resident ? resident.value() : null;
    }

    boolean isEncrypted() {
        return first.isEncrypted();
    }

    boolean isCompressed() {
        return first.isCompressed() && unitBits() > 0 && resident() == null;
    }

    /** In bytes. */
    long size() {
        return switch (first.place()) {
            case Resident resident -> resident.value().limit();
            case Scattered scattered -> scattered.size();
        };
    }

    /** How many bytes were ever written, the others are zeros whatever their clusters hold. */
    long initialized() {
        return switch (first.place()) {
            case Resident resident -> resident.value().limit();
            case Scattered scattered -> Math.min(scattered.size(), scattered.initialized());
        };
    }

    private int unitBits() {
        return first.place() instanceof Scattered scattered ? scattered.unitBits() : 0;
    }

    /**
     * Bytes that are compressed together.
     *
     * @throws FormatException when they are more than anybody makes
     */
    int unitBytes(NtfsVolume volume) throws FormatException {
        long bytes = unitBits() > 20 ? Long.MAX_VALUE : (long) volume.blockSize() << unitBits();
        if (bytes > MAX_UNIT_BYTES) {
            throw new FormatException(
                    "inode "
                            + file
                            + ": units of up to "
                            + MAX_UNIT_BYTES
                            + " bytes expected, found 2^"
                            + unitBits()
                            + " clusters");
        }
        return (int) bytes;
    }

    /** Where scattered bytes lie that are stored as they are. Those that were never written have no place. */
    Placement placement(NtfsVolume volume) throws IOException {
        FileMapping mapping = new FileMapping(volume, file, initialized(), false);
        long end = read(mapping);
        Placement placement = mapping.build();
        boolean isShort = end < mapping.blocks();
        if (isShort && !placement.damaged()) {
            volume.warn(
                    "inode "
                            + file
                            + ": runs of "
                            + mapping.blocks()
                            + " clusters expected, found "
                            + end);
        }
        ExtentMap map =
                initialized() < size() ? cut(placement.map(), initialized()) : placement.map();
        return new Placement(map, placement.damaged() || isShort);
    }

    /** Where the clusters of a compressed stream lie. */
    Stored stored(NtfsVolume volume) throws IOException {
        long unit = unitBytes(volume);
        if (size() > Long.MAX_VALUE - unit) {
            throw new FormatException("inode " + file + ": a size of " + size());
        }
        FileMapping mapping =
                new FileMapping(volume, file, (size() + unit - 1) / unit * unit, false);
        long end = read(mapping);
        Placement placement = mapping.build();
        return new Stored(
                placement, Math.min(end, Long.MAX_VALUE / volume.blockSize()) * volume.blockSize());
    }

    /**
     * Adds the runs of all parts.
     *
     * @return the cluster behind the last one
     */
    private long read(FileMapping mapping) throws IOException {
        long next = 0;
        for (Scattered part : parts) {
            if (part.firstCluster() != next) {
                mapping.damage(
                        "runs from cluster " + next + " expected, found " + part.firstCluster());
            }
            try {
                next = NtfsRunList.read(part.runs(), part.firstCluster(), mapping);
            } catch (FormatException e) {
                mapping.damage(e);
            }
        }
        return next;
    }

    /**
     * The whole value of an attribute that is small.
     *
     * @throws FormatException when it is not, or parts of it are missing
     */
    ByteBuffer bytes(NtfsVolume volume, int most) throws IOException {
        if (size() > most) {
            throw new FormatException(
                    "inode "
                            + file
                            + ": attribute 0x"
                            + Integer.toHexString(first.type())
                            + " of up to "
                            + most
                            + " bytes expected, found "
                            + size());
        }
        ByteBuffer value = resident();
        if (value != null) {
            return value;
        }
        Placement placement = placement(volume);
        if (placement.damaged()) {
            throw new FormatException(
                    "inode "
                            + file
                            + ": attribute 0x"
                            + Integer.toHexString(first.type())
                            + " is not whole");
        }
        return volume.content(placement.map(), 0, (int) size());
    }

    /** What lies before the end. */
    private static ExtentMap cut(ExtentMap map, long end) {
        ExtentMap.Builder before = new ExtentMap.Builder();
        for (ExtentMap.Run run : map.runs()) {
            if (run.offset() < end) {
                before.add(run.offset(), Math.min(run.end(), end) - run.offset(), run.target());
            }
        }
        return before.build();
    }
}
