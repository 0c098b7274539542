package mirage;

import java.util.List;
import java.util.stream.Stream;

/**
 * Combinations of options that are too many for each run: {@code -Dmirage.sweep.long=true} has them tested as well. It
 * takes about ten minutes more.
 */
public final class LongSweeps {
    private static final String SWITCH = "mirage.sweep.long";

    private LongSweeps() {}

    public static boolean areOn() {
        return Boolean.getBoolean(SWITCH);
    }

    /** What is always tested, and in the long mode every combination of the parts, joined by spaces. */
    @SafeVarargs
    public static Stream<String> of(List<String> always, List<String>... parts) {
        return areOn()
                ? Stream.concat(always.stream(), combinations(parts)).distinct()
                : always.stream();
    }

    @SafeVarargs
    private static Stream<String> combinations(List<String>... parts) {
        List<String> combined = List.of("");
        for (List<String> part : parts) {
            combined =
                    combined.stream()
                            .flatMap(start -> part.stream().map(end -> (start + " " + end).strip()))
                            .toList();
        }
        return combined.stream().filter(options -> !options.isEmpty());
    }
}
