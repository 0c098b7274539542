package mirage.fuzz;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a reader over mutations of images that it reads well. Each must give a value or a {@link FormatException}, in
 * bounded time; the reader's test says more about a value.
 *
 * <p>How long: {@code -Dmirage.fuzz.inputs=N} gives the number of mutations, {@code -Dmirage.fuzz.seed=S} the seed of
 * the first; the n-th has seed S + n and mutates the image of number (S + n) modulo their count. A failure names its
 * seed: that seed with one input, and the same images, repeats it. {@code -Dmirage.fuzz.images=REGEX} leaves only the
 * images whose whole names match; {@code few.*} those that were made for long runs.
 */
public final class Fuzz {
    private static final long DEFAULT_SEED = 20250101;
    private static final long MAX_SECONDS_EACH = 10;

    private Fuzz() {}

    /** Gives the mutations of a named image; only one image is held at a time. */
    @FunctionalInterface
    public interface Images {
        Mutator load(String name) throws IOException;
    }

    /** Reads one input and checks what it finds. */
    @FunctionalInterface
    public interface Target {
        /**
         * @throws FormatException freely
         * @throws Exception as a failure
         */
        void read(ByteSource input) throws Exception;
    }

    /**
     * @param names of the images
     * @param defaultInputs for the short mode
     * @return how many inputs were refused with a format exception
     */
    public static long run(List<String> names, Images images, long defaultInputs, Target target)
            throws IOException {
        return runChosen(chosen(names), images, defaultInputs, target);
    }

    private static List<String> chosen(List<String> names) {
        String images = System.getProperty("mirage.fuzz.images", ".*");
        List<String> chosen = names.stream().filter(name -> name.matches(images)).toList();
        if (chosen.isEmpty()) {
            throw new AssertionError("none of " + names + " is " + images);
        }
        return chosen;
    }

    private static long runChosen(
            List<String> names, Images images, long defaultInputs, Target target)
            throws IOException {
        long inputs = Long.getLong("mirage.fuzz.inputs", defaultInputs);
        long firstSeed = Long.getLong("mirage.fuzz.seed", DEFAULT_SEED);
        long refused = 0;
        for (int i = 0; i < Math.min(inputs, names.size()); i++) {
            String name = names.get(Math.floorMod(firstSeed + i, names.size()));
            Mutator mutator = images.load(name);
            for (long seed = firstSeed + i; seed < firstSeed + inputs; seed += names.size()) {
                refused += read(name, mutator, seed, target) ? 0 : 1;
            }
        }
        return refused;
    }

    /**
     * @return false when the input was refused
     */
    private static boolean read(String name, Mutator mutator, long seed, Target target) {
        String what = name + " mutated with -Dmirage.fuzz.seed=" + seed;
        long start = System.nanoTime();
        boolean taken = true;
        try {
            target.read(mutator.mutate(seed));
        } catch (FormatException e) {
            taken = false;
        } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what + ": " + e, e);
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        if (seconds > MAX_SECONDS_EACH) {
            throw new AssertionError(what + " took " + seconds + " s");
        }
        return taken;
    }
}
