package mirage.filesystem.cluster;

import mirage.filesystem.FileRecord.Time;

import java.time.LocalDate;

/**
 * Date and time as DOS packs them, two seconds exact, of a clock that shows UTC. Fields with values that no calendar
 * has count on as the kernel has them do: the 31st of a short month is of the next one, a day or month 0 is the first.
 */
public final class DosTime {
    private static final int FIRST_YEAR = 1980;
    private static final int MONTHS = 12;

    private DosTime() {}

    /**
     * @param date bits 0-4 day, 5-8 month, 9-15 years from 1980
     * @param time bits 0-4 seconds, halved, 5-10 minutes, 11-15 hours
     * @param centiseconds more of them, up to two seconds
     */
    public static Time of(int date, int time, int centiseconds) {
        int month = Math.max(1, date >>> 5 & 0xf);
        LocalDate first =
                LocalDate.of(FIRST_YEAR + (date >>> 9 & 0x7f), month > MONTHS ? 1 : month, 1);
        long day = first.toEpochDay() + Math.max(1, date & 0x1f) - 1;
        long minutes = (day * 24 + (time >>> 11 & 0x1f)) * 60 + (time >>> 5 & 0x3f);
        long seconds = minutes * 60 + (time & 0x1f) * 2L + centiseconds / 100;
        return new Time(seconds, centiseconds % 100 * 10_000_000);
    }
}
