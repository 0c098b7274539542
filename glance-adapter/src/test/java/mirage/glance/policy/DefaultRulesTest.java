package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Glance's rules say of every caller, target and mode what the real oslo.policy says: {@code permits.tsv}. */
final class DefaultRulesTest {
    static final Map<String, PolicyMode> MODES =
            Map.of(
                    "zed", new PolicyMode(Compat.ZED, false, false),
                    "zed-scope", new PolicyMode(Compat.ZED, false, true),
                    "zed-new", new PolicyMode(Compat.ZED, true, false),
                    "zed-new-scope", new PolicyMode(Compat.ZED, true, true),
                    "latest-old", new PolicyMode(Compat.LATEST, false, false),
                    "latest", new PolicyMode(Compat.LATEST, true, true));

    @Test
    void everyRulePermitsWhomOsloPolicyPermits() throws IOException {
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (String line : lines("permits.tsv")) {
            String[] columns = line.split("\t", -1);
            RuleBook rules = RuleBook.of(Objects.requireNonNull(MODES.get(columns[0])));
            Set<String> expected = Set.of(columns[3].split(" "));
            for (String target : List.of(columns[2].split(" "))) {
                for (String caller : Callers.ALL.keySet()) {
                    boolean permitted =
                            rules.permits(
                                    columns[1], Callers.named(caller), Callers.target(target));
                    compared++;
                    if (permitted != expected.contains(caller)) {
                        differences.add(
                                columns[0] + " " + columns[1] + " " + target + " " + caller);
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
        // 60 rules of Zed in four modes, 65 of the newest release in two.
        assertThat(compared)
                .isEqualTo((60 * 4 + 65 * 2) * Callers.TARGETS.size() * Callers.ALL.size());
    }

    @Test
    void everyRuleHasItsConstant() throws IllegalAccessException {
        Set<String> constants = new TreeSet<>();
        for (Field field : RuleNames.class.getFields()) {
            constants.add(String.valueOf(field.get(null)));
        }
        Set<String> rules = new TreeSet<>();
        RuleDefault.of(Compat.LATEST).forEach(rule -> rules.add(rule.name()));
        assertThat(constants).isEqualTo(rules);
    }

    @Test
    void theModesOfReleasesAreTheirDefaults() {
        assertThat(PolicyMode.of(Compat.ZED)).isEqualTo(new PolicyMode(Compat.ZED, false, false));
        assertThat(PolicyMode.of(Compat.LATEST))
                .isEqualTo(new PolicyMode(Compat.LATEST, true, true));
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = DefaultRulesTest.class.getResourceAsStream(resource)) {
            return new String(
                            Objects.requireNonNull(in, resource).readAllBytes(),
                            StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList();
        }
    }
}
