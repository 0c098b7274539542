package mirage.glance.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Times as the Image API writes them. */
public final class Times {
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

    private Times() {}

    /** Such as {@code 2026-01-02T03:04:05Z}. */
    public static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Such as {@code 2026-01-02T03:04:05.678901}: UTC without saying so, as the tasks of images have it. */
    static String microseconds(Instant time) {
        return MICROSECONDS.format(time);
    }
}
