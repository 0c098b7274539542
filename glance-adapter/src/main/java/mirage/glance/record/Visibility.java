package mirage.glance.record;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/** Who sees an image besides its owner. */
public enum Visibility {
    PRIVATE,
    /** The projects that are its members. */
    SHARED,
    /** Everyone who knows its id or asks for community images. */
    COMMUNITY,
    PUBLIC;

    /** As the Image API writes it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The visibility of that wire name, null when there is none. */
    public static @Nullable Visibility ofWireName(String name) {
        for (Visibility visibility : values()) {
            if (visibility.wireName().equals(name)) {
                return visibility;
            }
        }
        return null;
    }
}
