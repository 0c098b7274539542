package mirage.filesystem.iso9660;

import mirage.filesystem.FileRecord.Time;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Times of directory records and of RRIP. ECMA-119, 9.1.5 and 8.4.26.1. */
final class IsoTimes {
    /** Numbers: years since 1900, month, day, hour, minute, second, quarters of an hour east of Greenwich. */
    static final int SHORT_BYTES = 7;

    /** Digits of the same, with hundredths of a second; the last byte is a number. */
    static final int LONG_BYTES = 17;

    /** 13 hours: Linux takes what is further off for nonsense. */
    private static final int MAX_QUARTERS = 52;

    private IsoTimes() {}

    /** 1970 when the bytes make no time. */
    static Time of(byte[] bytes) {
        if (bytes.length == SHORT_BYTES) {
            return time(
                    1900 + (bytes[0] & 0xff),
                    new int[] {bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]},
                    0,
                    bytes[6]);
        }
        String digits = new String(bytes, 0, LONG_BYTES - 1, StandardCharsets.ISO_8859_1);
        if (!digits.matches("[0-9]{16}")) {
            return Time.UNKNOWN;
        }
        int[] parts = new int[6];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Integer.parseInt(digits.substring(4 + 2 * i, 6 + 2 * i));
        }
        return time(
                Integer.parseInt(digits.substring(0, 4)), parts, parts[5], bytes[LONG_BYTES - 1]);
    }

    private static Time time(int year, int[] parts, int hundredths, int quarters) {
        try {
            long local =
                    LocalDateTime.of(year, parts[0], parts[1], parts[2], parts[3], parts[4])
                            .toEpochSecond(ZoneOffset.UTC);
            long east = Math.abs(quarters) <= MAX_QUARTERS ? quarters * 15L * 60 : 0;
            return new Time(local - east, hundredths * 10_000_000);
        } catch (DateTimeException e) {
            return Time.UNKNOWN;
        }
    }
}
