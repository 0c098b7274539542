package mirage.conformance.suite;

import java.util.Locale;

/** Who sends a request. */
enum Who {
    /** Administrator, of a project of its own. */
    ADMIN,
    /** Member of the project demo. */
    DEMO,
    /** Reader of the project demo. */
    READER,
    /** Member of another project. */
    OTHER,
    /** Somebody without a token. */
    NONE,
    /** Somebody with a token that is none. */
    BAD;

    static Who of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
