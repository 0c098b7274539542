package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A rule as Glance has it when the operator says nothing. Table {@code defaults-zed.tsv}, and beside it that of the
 * newest release, and that of Mirage's own rules: name, check, check before it changed ({@code -} for none), scope, description.
 *
 * @param check as written
 * @param before what the check was before Glance told roles apart, null when it was always the same
 * @param projectOnly whether only tokens of projects count where scope is enforced
 */
record RuleDefault(
        String name,
        String check,
        @Nullable String before,
        boolean projectOnly,
        String description) {
    private static final String OWN = "defaults-own.tsv";
    private static final String NONE = "-";
    private static final String PROJECT = "project";

    /**
     * All rules of a release, in the order of its documentation, those that only the newest has, and our own. Without these the
     * rule {@code default}, which permits everyone, would answer for calls that a release does not know.
     */
    static List<RuleDefault> of(Compat compat) {
        Map<String, RuleDefault> rules = new LinkedHashMap<>();
        for (String table : List.of(tableOf(compat), tableOf(Compat.LATEST), OWN)) {
            for (RuleDefault rule : read(table)) {
                rules.putIfAbsent(rule.name(), rule);
            }
        }
        return List.copyOf(rules.values());
    }

    private static String tableOf(Compat compat) {
        return "defaults-" + compat.name().toLowerCase(Locale.ROOT) + ".tsv";
    }

    private static List<RuleDefault> read(String table) {
        try (InputStream in = RuleDefault.class.getResourceAsStream(table)) {
            if (in == null) {
                throw new IllegalStateException(table + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(RuleDefault::parse)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static RuleDefault parse(String line) {
        String[] columns = line.split("\t", -1);
        return new RuleDefault(
                columns[0],
                columns[1],
                columns[2].equals(NONE) ? null : columns[2],
                columns[3].equals(PROJECT),
                columns[4]);
    }

    /** What the check is in a mode: where the old one counts still, either permits. */
    Check checkIn(PolicyMode mode) {
        try {
            Check now = CheckParser.parse(check);
            return mode.enforceNewDefaults() || before == null || before.equals(check)
                    ? now
                    : new Check.Any(List.of(now, CheckParser.parse(before)));
        } catch (CheckSyntaxException malformed) {
            throw new IllegalStateException("default of " + name, malformed);
        }
    }
}
