package mirage.filesystem.exfat;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.cluster.ClusterChains;
import mirage.filesystem.cluster.ClusterFile;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.DosTime;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The entries of one file, which follow one another in its directory: one for the file, one for its content, and up to
 * seventeen with its name. "File and Directory Directory Entry", "Stream Extension Directory Entry", "File Name
 * Directory Entry". Others that a vendor may add come behind, and are passed over.
 */
final class ExfatEntrySet {
    static final int FILE = 0x85;
    private static final int STREAM = 0xc0;
    private static final int NAME = 0xc1;
    private static final int MIN_SECONDARIES = 2;
    private static final int MAX_SECONDARIES = 18;
    private static final int UNITS_EACH = 15;

    /** In the lower bits of an entry's position: its directory's clusters are in a row, and not in the table. */
    static final int IN_CONTIGUOUS_DIRECTORY = 1;

    private static final int ATTRIBUTES_AT = 4;
    private static final int READ_ONLY = 0x01;
    private static final int DIRECTORY = 0x10;
    private static final int NO_TABLE_CHAIN = 0x02;
    private static final int ZONE_IS_KNOWN = 0x80;
    private static final int SECONDS_PER_ZONE = 15 * 60;

    private final long entry;
    private final ByteBuffer bytes;

    private ExfatEntrySet(long entry, ByteBuffer bytes) {
        this.entry = entry;
        this.bytes = bytes;
    }

    /**
     * @param entry position of the first one, with {@link #IN_CONTIGUOUS_DIRECTORY} or without
     * @throws FormatException when there is no whole set
     */
    static ExfatEntrySet read(ClusterVolume volume, ClusterChains chains, long entry)
            throws IOException {
        boolean contiguous = (entry & IN_CONTIGUOUS_DIRECTORY) != 0;
        long position = entry - entry % ClusterFile.ENTRY_BYTES;
        ByteBuffer first = entry(volume, position);
        int secondaries = first.get(1) & 0xff;
        require(type(first) == FILE, position, "an entry of a file expected");
        require(
                secondaries >= MIN_SECONDARIES && secondaries <= MAX_SECONDARIES,
                position,
                "2 to 18 more entries expected, found " + secondaries);
        ByteBuffer bytes =
                ByteBuffer.allocate((1 + secondaries) * ClusterFile.ENTRY_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(first);
        long at = position;
        while (bytes.hasRemaining()) {
            at = behind(volume, chains, at, contiguous);
            bytes.put(entry(volume, at));
        }
        ExfatEntrySet set = new ExfatEntrySet(entry, bytes);
        set.requireParts(position);
        return set;
    }

    private static ByteBuffer entry(ClusterVolume volume, long position) throws IOException {
        return volume.cached(position, ClusterFile.ENTRY_BYTES, "directory entry");
    }

    private static long behind(
            ClusterVolume volume, ClusterChains chains, long position, boolean contiguous)
            throws IOException {
        long next = position + ClusterFile.ENTRY_BYTES;
        long cluster = volume.clusterAt(position);
        return volume.clusterAt(next) == cluster
                ? next
                : volume.position(chains.after(cluster, contiguous));
    }

    static int type(ByteBuffer entry) {
        return entry.get(0) & 0xff;
    }

    /** Of an entry of a file. */
    static boolean isDirectory(ByteBuffer entry) {
        return (entry.get(ATTRIBUTES_AT) & DIRECTORY) != 0;
    }

    private void requireParts(long position) throws FormatException {
        require(type(part(1)) == STREAM, position, "no stream extension follows");
        require(nameLength() > 0, position, "it has no name");
        require(2 + nameParts() <= parts(), position, "its name is cut off");
        for (int i = 0; i < nameParts(); i++) {
            require(type(part(2 + i)) == NAME, position, "a part of its name is missing");
        }
    }

    private static void require(boolean holds, long position, String problem)
            throws FormatException {
        if (!holds) {
            throw new FormatException("entry at " + position + ": " + problem);
        }
    }

    private int parts() {
        return bytes.capacity() / ClusterFile.ENTRY_BYTES;
    }

    private ByteBuffer part(int index) {
        return bytes.slice(index * ClusterFile.ENTRY_BYTES, ClusterFile.ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private int nameLength() {
        return part(1).get(3) & 0xff;
    }

    private int nameParts() {
        return (nameLength() + UNITS_EACH - 1) / UNITS_EACH;
    }

    /** In units of UTF-16. */
    char[] name() {
        char[] units = new char[nameParts() * UNITS_EACH];
        for (int i = 0; i < units.length; i++) {
            units[i] = part(2 + i / UNITS_EACH).getChar(2 + 2 * (i % UNITS_EACH));
        }
        return Arrays.copyOf(units, nameLength());
    }

    int nameHash() {
        return Short.toUnsignedInt(part(1).getShort(4));
    }

    /**
     * @param problem of its name, null when there is none
     */
    ClusterFile file(@Nullable String problem) {
        ByteBuffer file = part(0);
        ByteBuffer stream = part(1);
        long size = Math.max(0, stream.getLong(24));
        long written = Math.clamp(stream.getLong(8), 0, size);
        return new ClusterFile(
                entry,
                isDirectory(file),
                (file.get(ATTRIBUTES_AT) & READ_ONLY) != 0,
                Integer.toUnsignedLong(stream.getInt(20)),
                (stream.get(1) & NO_TABLE_CHAIN) != 0,
                size,
                isDirectory(file) ? size : written,
                times(file),
                problem(stream, size, written, problem));
    }

    private @Nullable String problem(
            ByteBuffer stream, long size, long written, @Nullable String ofName) {
        int computed = ExfatChecksums.sum16(0, bytes.slice(0, 2));
        computed = ExfatChecksums.sum16(computed, bytes.slice(4, bytes.capacity() - 4));
        int stored = Short.toUnsignedInt(part(0).getShort(2));
        if (computed != stored) {
            return ExfatChecksums.mismatch("its entries", computed, stored).getMessage();
        }
        if (size != stream.getLong(24)) {
            return "DataLength is negative";
        }
        if (written != stream.getLong(8)) {
            return "ValidDataLength expected up to " + size + ", found " + stream.getLong(8);
        }
        return ofName;
    }

    /** "Timestamp Fields". There is no time of the last change of an entry: the kernel shows that of the content. */
    private static FileTimes times(ByteBuffer file) {
        Time modified = time(file, 12, file.get(21), file.get(23));
        return new FileTimes(
                time(file, 16, (byte) 0, file.get(24)),
                modified,
                modified,
                time(file, 8, file.get(20), file.get(22)));
    }

    private static Time time(ByteBuffer file, int at, byte centiseconds, byte zone) {
        Time local = DosTime.of(file.getShort(at + 2), file.getShort(at), centiseconds & 0xff);
        // seven bits with a sign, in quarters of an hour east of UTC
        int quarters = (zone & ZONE_IS_KNOWN) == 0 ? 0 : (byte) (zone << 1) >> 1;
        return new Time(local.seconds() - quarters * SECONDS_PER_ZONE, local.nanoseconds());
    }
}
