package mirage.glance.record;

import java.util.Locale;

/**
 * How far an image is.
 *
 * <pre>
 *   QUEUED ──upload begins──▶ SAVING ──upload ends──▶ ACTIVE ◀──▶ DEACTIVATED
 *    ▲ │ │                      │                      ▲ ▲
 *    │ │ │◀────upload fails─────┘                      │ │
 *    │ │ └───────────────── location added ────────────┘ │
 *    │ └─stage─▶ UPLOADING ──import──▶ IMPORTING ──ends──┘
 *    │◀──────────fails──┘                ▲  │
 *    └───────── import from elsewhere ───┘  └─fails: QUEUED, or UPLOADING when its bytes are still staged
 *
 *   from every state: removed, the id is never used again
 * </pre>
 */
public enum ImageStatus {
    /** Known, without bytes. */
    QUEUED,
    /** Its bytes are arriving. */
    SAVING,
    /** Its bytes are arriving at the staging area, or lie there. */
    UPLOADING,
    /** A task gets its bytes. */
    IMPORTING,
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

    /** True when something may be known of the bytes of an image of this status. */
    boolean mayKnowData() {
        return hasData() || this == UPLOADING || this == IMPORTING;
    }

    /** Whether an image of this status may get that one; none may get the one it has. */
    public boolean mayBecome(ImageStatus next) {
        return switch (this) {
            case QUEUED ->
                    next == SAVING || next == UPLOADING || next == IMPORTING || next == ACTIVE;
            case SAVING -> next == ACTIVE || next == QUEUED;
            case UPLOADING -> next == IMPORTING || next == QUEUED;
            case IMPORTING -> next == ACTIVE || next == QUEUED || next == UPLOADING;
            // An image loses its last location when a client that may takes it away.
            case ACTIVE -> next == DEACTIVATED || next == QUEUED;
            case DEACTIVATED -> next == ACTIVE;
        };
    }
}
