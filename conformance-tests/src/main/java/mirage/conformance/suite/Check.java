package mirage.conformance.suite;

/** A case written as code, for what no table of requests can say. */
record Check(String name, String needs, Body body) {
    /** What it does. */
    interface Body {
        /**
         * Runs.
         *
         * @throws WrongException when the endpoint does not do as it should
         */
        void run(Fixtures fixtures, Cloud cloud) throws Exception;
    }

    /** Something is not as demanded. */
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        WrongException(String message) {
            super(message);
        }
    }

    /** Demands that two values are equal. */
    static void same(String what, Object expected, Object found) throws WrongException {
        if (!expected.equals(found)) {
            throw new WrongException("%s: %s expected, found %s".formatted(what, expected, found));
        }
    }
}
