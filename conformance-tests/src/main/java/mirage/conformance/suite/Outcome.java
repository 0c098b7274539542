package mirage.conformance.suite;

import java.time.Duration;

/** How a case ended. */
record Outcome(String name, Kind kind, String detail, Duration took) {
    enum Kind {
        /** All is as demanded. */
        PASS,
        /** Every status is right, and something else is not. */
        DIFF,
        /** A status is wrong, or there was no answer. */
        FAIL,
        /** As DIFF or FAIL, but the caller of the suite named it, with a reason. */
        KNOWN,
        /** The endpoint does not offer what it needs. */
        SKIP
    }

    String group() {
        return name.substring(0, name.indexOf('.'));
    }

    @Override
    public String toString() {
        return "%-5s %s%s".formatted(kind, name, detail.isEmpty() ? "" : " - " + detail);
    }
}
