package mirage.conformance;

import java.util.Random;

/** Randomness that can be had again: {@code -Dmirage.seed=N} with the number that a run printed. */
final class Seed {
    private Seed() {}

    /** A generator whose seed is printed, so that a failure can be repeated. */
    static Random random(String test) {
        long seed = Long.getLong("mirage.seed", System.nanoTime());
        System.out.println(test + ": -Dmirage.seed=" + seed);
        return new Random(seed);
    }
}
