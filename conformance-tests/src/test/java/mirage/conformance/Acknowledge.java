package mirage.conformance;

import java.util.Locale;

/** When the server answers an upload: the values of {@code mirage serve --acknowledge}. */
enum Acknowledge {
    SPOOLED,
    COMMITTED;

    String option() {
        return name().toLowerCase(Locale.ROOT);
    }
}
