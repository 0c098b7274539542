package mirage.config;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/** Guesses what somebody meant who wrote a name that there is not. */
final class Nearest {
    /** Longer names are not compared: the cost is the product of both lengths. */
    private static final int MAX_LENGTH = 100;

    private Nearest() {}

    /** The known name that takes the fewest changes, null when all take many: two letters in each other's place are two. */
    static @Nullable String to(String wrong, Collection<String> known) {
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : known) {
            if (wrong.length() > MAX_LENGTH || name.length() > MAX_LENGTH) {
                continue;
            }
            int changes = distance(wrong, name);
            if (changes <= Math.max(2, name.length() / 3)
                    && changes < name.length()
                    && changes < fewest) {
                fewest = changes;
                best = name;
            }
        }
        return best;
    }

    /** Levenshtein: insertions, deletions and replacements of one character; a change of case alone counts nothing. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same =
                        Character.toLowerCase(a.charAt(i - 1))
                                == Character.toLowerCase(b.charAt(j - 1));
                row[j] =
                        Math.min(above[j - 1] + (same ? 0 : 1), 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
