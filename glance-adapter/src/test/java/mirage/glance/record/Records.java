package mirage.glance.record;

import mirage.catalog.ImageId;

import java.time.Instant;
import java.util.List;

/** Records for tests. */
final class Records {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Records() {}

    static ImageId id(int number) {
        return new ImageId(String.format("00000000-0000-4000-8000-%012d", number));
    }

    /** A queued image, one second older than the next. */
    static ImageRecord record(int number) {
        return ImageRecord.queued(
                id(number),
                new ImageAttributes.Draft().name("image " + number).owner("web").build(),
                START.plusSeconds(number));
    }

    static ImageData data(long size) {
        return ImageData.digested(size, size, true, "0".repeat(32), "0".repeat(128));
    }

    /** Active, with that many bytes in a store. */
    static ImageRecord active(ImageRecord saving, long size, Instant now) {
        return saving.active(
                data(size),
                List.of(ImageLocation.at("default", "mirage://default/" + saving.id())),
                now);
    }
}
