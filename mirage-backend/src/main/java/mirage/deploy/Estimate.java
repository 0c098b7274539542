package mirage.deploy;

/**
 * What a delta would bring at the most, before compression.
 *
 * @param bytes that it would bring
 * @param of how many bytes, zeros left out
 */
record Estimate(long bytes, long of) {
    /** Of a base of which nothing is known. */
    static Estimate unknown(long targetLength) {
        return new Estimate(targetLength, targetLength);
    }

    /** Whether having the base spares a tenth at least. */
    boolean helps() {
        return bytes <= of - of / 10 && of > 0;
    }

    /** Whether it spares half, which is worth making a delta that nobody asked for. */
    boolean helpsMuch() {
        return bytes <= of / 2 && of > 0;
    }
}
