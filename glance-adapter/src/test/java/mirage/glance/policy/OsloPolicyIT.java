package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.identity.Caller;
import mirage.glance.identity.TokenScope;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Compares with the real oslo.policy and the real Glance of Debian 12 ({@code apt install python3-glance}). Runs where
 * {@code -Dmirage.oslo-policy=/usr/bin/python3} names a Python that has both; elsewhere it says that it did not run.
 * {@code -Dmirage.seed=N} repeats a run.
 */
final class OsloPolicyIT {
    private static final String PYTHON = "mirage.oslo-policy";
    private static final int CASES = 20_000;
    private static final int RULES = 4;

    private static final List<String> CHECKS =
            List.of(
                    "@",
                    "!",
                    "role:member",
                    "role:Reader",
                    "role:admin",
                    "role:%(visibility)s",
                    "role:%(role)s",
                    "project_id:%(project_id)s",
                    "project_id:%(owner)s",
                    "project_id:%(member_id)s",
                    "project_id:%(missing)s",
                    "project_id:p",
                    "user_id:someone",
                    "'shared':%(visibility)s",
                    "\"public\":%(visibility)s",
                    "'p-p':%(project_id)s-%(owner)s",
                    "None:%(nothing)s",
                    "'None':%(nothing)s",
                    "True:True",
                    "7:%(seven)s",
                    "-7:%(seven)s",
                    "'100%':100%%",
                    "roles:reader",
                    "roles:READER",
                    "service_roles:service",
                    "system_scope:all",
                    "domain_id:d",
                    "is_admin_project:True",
                    "unknown:x",
                    "token.project.id:p",
                    "rule:r1",
                    "rule:r2",
                    "rule:r3",
                    "rule:missing",
                    "(role:member",
                    "role:admin)");

    private static final List<String> MALFORMED =
            List.of("admin", "'text'", "\"text\"", ")", "(", "and", "or", "not", "()");

    @TempDir private Path directory;
    private final long seed = Long.getLong("mirage.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private String python = "";

    @BeforeEach
    void requirePython() {
        python = System.getProperty(PYTHON, "");
        if (python.isEmpty()) {
            System.err.println(
                    "==== NOT COMPARED WITH OSLO.POLICY: -D"
                            + PYTHON
                            + "=PYTHON was not given; only its recorded answers were ====");
            Assumptions.abort("no " + PYTHON);
        }
    }

    @Test
    void theTablesAreWhatTheRealOnesSay() throws Exception {
        assertThat(run("", "permits")).isEqualTo(resource("permits.tsv"));
        assertThat(run("", "defaults", "zed")).isEqualTo(resource("defaults-zed.tsv"));
        assertThat(run("", "defaults", "latest")).isEqualTo(resource("defaults-latest.tsv"));
    }

    @Test
    void anyRulesSayWhatOsloPolicySays() throws Exception {
        List<Map<String, String>> cases = new ArrayList<>();
        List<String> callers = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < CASES; i++) {
            Map<String, String> rules = new LinkedHashMap<>();
            rules.put("default", random.nextBoolean() ? "!" : "");
            for (int rule = 0; rule < RULES; rule++) {
                rules.put("r" + rule, rule(rule));
            }
            cases.add(rules);
            callers.add(any(List.copyOf(Callers.ALL.keySet())));
            targets.add(any(List.copyOf(Callers.TARGETS.keySet())));
            input.append(json(rules, Callers.named(callers.get(i)), targets.get(i))).append('\n');
        }
        List<String> theirs = run(input.toString(), "evaluate").lines().toList();
        assertThat(theirs).hasSize(CASES);

        Map<String, Integer> answers = new HashMap<>();
        for (int i = 0; i < CASES; i++) {
            String ours = ours(cases.get(i), callers.get(i), targets.get(i));
            assertThat(ours)
                    .as(
                            "seed %d, case %d: %s %s %s",
                            seed, i, cases.get(i), callers.get(i), targets.get(i))
                    .isEqualTo(theirs.get(i));
            answers.merge(ours, 1, Integer::sum);
        }
        System.err.println("compared with oslo.policy: seed " + seed + ", " + answers);
        assertThat(answers).containsOnlyKeys("0", "1", "-");
        assertThat(answers.values()).allMatch(count -> count > CASES / 50);
    }

    private static String ours(Map<String, String> texts, String caller, String target)
            throws PolicyFileException {
        List<FileRule> rules = new ArrayList<>();
        for (Map.Entry<String, String> rule : texts.entrySet()) {
            try {
                rules.add(
                        new FileRule(
                                rule.getKey(),
                                rule.getValue(),
                                CheckParser.parse(rule.getValue()),
                                "case"));
            } catch (CheckSyntaxException malformed) {
                return "-";
            }
        }
        RuleBook book = RuleBook.of(PolicyMode.of(Compat.ZED), rules);
        return book.permits("r0", Callers.named(caller), more(target)) ? "1" : "0";
    }

    private static PolicyTarget more(String target) {
        return Callers.target(target)
                .with("role", "MEMBER")
                .with("nothing", null)
                .with("seven", "7");
    }

    /** A rule that refers only to later ones, so that there is no circle; one in forty is not readable. */
    private String rule(int number) {
        if (random.nextInt(160) == 0) {
            return expression(number, 2) + " " + any(MALFORMED) + " " + check(number);
        }
        return random.nextInt(20) == 0 ? "" : expression(number, 3);
    }

    private String expression(int number, int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(7)) {
            case 0, 1 -> check(number);
            case 2 -> any(List.of("not ", "NOT  ")) + expression(number, depth - 1);
            case 3 ->
                    any(List.of("(", "( ", "(("))
                            .transform(open ->
                                    open
                                            + expression(number, depth - 1)
                                            + (open.equals("((") ? "))" : ")"));
            default ->
                    expression(number, depth - 1)
                            + any(List.of(" and ", " or ", "  Or\t", "\nAND "))
                            + expression(number, depth - 1);
        };
    }

    private String check(int number) {
        String check = any(CHECKS.subList(0, CHECKS.size() - (random.nextInt(200) == 0 ? 0 : 2)));
        boolean earlier = check.startsWith("rule:r") && check.charAt(6) - '0' <= number;
        return earlier ? "role:member" : check;
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String json(Map<String, String> rules, Caller caller, String target)
            throws IOException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        PolicyTarget object = more(target);
        for (String name :
                List.of(
                        "project_id",
                        "owner",
                        "visibility",
                        "member_id",
                        "role",
                        "nothing",
                        "seven")) {
            if (object.has(name)) {
                attributes.put(name, object.get(name));
            }
        }
        Map<String, Object> creds = new LinkedHashMap<>();
        creds.put("user_id", caller.userId());
        creds.put("project_id", caller.projectId());
        creds.put("system_scope", caller.scope() instanceof TokenScope.OfSystem ? "all" : null);
        creds.put(
                "domain_id",
                caller.scope() instanceof TokenScope.OfDomain domain ? domain.domain().id() : null);
        creds.put("roles", caller.roles());
        creds.put("service_roles", caller.serviceRoles());
        creds.put("is_admin_project", true);
        return new ObjectMapper()
                .writeValueAsString(
                        Map.of("rules", rules, "rule", "r0", "target", attributes, "creds", creds));
    }

    private String run(String input, String... arguments) throws Exception {
        Path script = Files.writeString(directory.resolve("oslo.py"), resource("oslo.py"));
        Path stdin = Files.writeString(directory.resolve("in"), input);
        Path stdout = directory.resolve("out");
        List<String> command = new ArrayList<>(List.of(python, script.toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(stdin.toFile())
                        .redirectOutput(stdout.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException(command + " did not end");
        }
        assertThat(process.exitValue()).as("%s", command).isZero();
        return Files.readString(stdout);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = OsloPolicyIT.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
