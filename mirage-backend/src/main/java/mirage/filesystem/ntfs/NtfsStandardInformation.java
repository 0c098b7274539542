package mirage.filesystem.ntfs;

import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * When a file was made and changed, and its DOS flags. "$STANDARD_INFORMATION" of the NTFS documentation.
 *
 * @param isSystem the flag of system files, which Unix subsystems of Windows use for what is no file
 */
record NtfsStandardInformation(FileTimes times, boolean isSystem) {
    private static final int BYTES = 36;
    private static final int SYSTEM = 4;
    private static final long TICKS_PER_SECOND = 10_000_000;
    private static final int NANOSECONDS_PER_TICK = 100;

    /** Between the years 1601 and 1970. */
    private static final long SECONDS_TO_1970 = 11_644_473_600L;

    /** Null when it is missing, or too short. */
    static @Nullable NtfsStandardInformation find(List<NtfsAttribute> attributes) {
        for (NtfsAttribute attribute : attributes) {
            if (attribute.type() == NtfsAttribute.STANDARD_INFORMATION
                    && attribute.place() instanceof NtfsAttribute.Place.Resident resident
                    && resident.value().limit() >= BYTES) {
                return parse(resident.value());
            }
        }
        return null;
    }

    private static NtfsStandardInformation parse(ByteBuffer value) {
        FileTimes times =
                new FileTimes(time(value, 24), time(value, 8), time(value, 16), time(value, 0));
        return new NtfsStandardInformation(times, (value.getInt(32) & SYSTEM) != 0);
    }

    private static Time time(ByteBuffer value, int at) {
        long ticks = value.getLong(at);
        return new Time(
                Math.floorDiv(ticks, TICKS_PER_SECOND) - SECONDS_TO_1970,
                (int) Math.floorMod(ticks, TICKS_PER_SECOND) * NANOSECONDS_PER_TICK);
    }
}
