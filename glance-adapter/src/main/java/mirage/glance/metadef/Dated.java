package mirage.glance.metadef;

import java.time.Instant;

/** Something that is kept, with the times of its creation and of its last change. */
public record Dated<T>(T value, Instant createdAt, Instant updatedAt) {}
