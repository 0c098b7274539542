package mirage.glance.record;

import java.util.Locale;

/**
 * How far an image is.
 *
 * <pre>
 *   QUEUED ──upload begins──▶ SAVING ──upload ends──▶ ACTIVE ◀──▶ DEACTIVATED
 *     ▲                         │
 *     └──────upload fails───────┘            from every state: removed, the id is never used again
 * </pre>
 */
public enum ImageStatus {
    /** Known, without bytes. */
    QUEUED,
    /** Its bytes are arriving. */
    SAVING,
    /** Has its bytes, for good. */
    ACTIVE,
    /** Has its bytes; only an administrator may read them. */
    DEACTIVATED;

    /** As the Image API writes it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True when an image of this status has its bytes. */
    public boolean hasData() {
        return this == ACTIVE || this == DEACTIVATED;
    }

    /** Whether an image of this status may get that one; none may get the one it has. */
    public boolean mayBecome(ImageStatus next) {
        return switch (this) {
            case QUEUED -> next == SAVING || next == ACTIVE;
            case SAVING -> next == ACTIVE || next == QUEUED;
            case ACTIVE -> next == DEACTIVATED;
            case DEACTIVATED -> next == ACTIVE;
        };
    }
}
