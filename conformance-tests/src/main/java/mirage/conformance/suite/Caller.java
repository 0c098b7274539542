package mirage.conformance.suite;

/** A token and the project that it is for. */
record Caller(String token, String project) {
    /**
     * Reads {@code TOKEN@PROJECT}.
     *
     * @throws IllegalArgumentException for another text
     */
    static Caller parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at == text.length() - 1) {
            throw new IllegalArgumentException("TOKEN@PROJECT_ID expected");
        }
        return new Caller(text.substring(0, at), text.substring(at + 1));
    }
}
