package mirage.conformance.suite;

import mirage.conformance.suite.Outcome.Kind;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs cases. Safe for use by many threads: no two cases touch the same image. */
final class CaseRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Cloud cloud;
    private final Features features;
    private final Map<String, String> given;

    /**
     * Makes a runner.
     *
     * @param given values of further placeholders
     */
    CaseRun(Cloud cloud, Features features, Map<String, String> given) {
        this.cloud = cloud;
        this.features = features;
        this.given = given;
    }

    Outcome run(Case test) {
        for (Case.Step step : test.steps()) {
            if (!cloud.knows(step.who())) {
                return skipped(test.name(), "no caller " + step.who().wireName() + " was given");
            }
        }
        return run(test.name(), test.needs(), (fixtures, into) -> steps(test, fixtures, into));
    }

    Outcome run(Check test) {
        return run(
                test.name(),
                test.needs(),
                (fixtures, into) -> {
                    try {
                        test.body().run(fixtures, cloud);
                        return new Finding(Kind.PASS, "");
                    } catch (Check.WrongException wrong) {
                        return new Finding(Kind.FAIL, String.valueOf(wrong.getMessage()));
                    }
                });
    }

    private static Outcome skipped(String name, String why) {
        return new Outcome(name, Kind.SKIP, why, Duration.ZERO);
    }

    private record Finding(Kind kind, String detail) {}

    private interface Work {
        Finding run(Fixtures fixtures, Cloud cloud) throws Exception;
    }

    private Outcome run(String name, String needs, Work work) {
        String missing = features.missing(needs);
        if (!missing.isEmpty()) {
            return skipped(name, "needs " + missing);
        }
        long start = System.nanoTime();
        Fixtures fixtures = new Fixtures(cloud, given);
        Finding finding;
        try {
            finding = work.run(fixtures, cloud);
        } catch (Exception failure) {
            finding = new Finding(Kind.FAIL, failure.toString());
        }
        try {
            List<String> left = fixtures.remove();
            if (!left.isEmpty() && finding.kind() == Kind.PASS) {
                finding = new Finding(Kind.FAIL, String.join("; ", left));
            }
        } catch (IOException failure) {
            finding = new Finding(Kind.FAIL, finding.detail() + " removing: " + failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Outcome(name, finding.kind(), finding.detail(), took);
    }

    private Finding steps(Case test, Fixtures fixtures, Cloud at)
            throws IOException, InterruptedException {
        String different = "";
        for (int i = 0; i < test.steps().size(); i++) {
            Case.Step step = test.steps().get(i);
            String place = test.steps().size() == 1 ? "" : "step " + (i + 1) + ": ";
            Finding finding = step(step, fixtures, at);
            if (finding.kind() == Kind.FAIL) {
                return new Finding(Kind.FAIL, place + finding.detail());
            }
            if (finding.kind() == Kind.DIFF && different.isEmpty()) {
                different = place + finding.detail();
            }
        }
        return new Finding(different.isEmpty() ? Kind.PASS : Kind.DIFF, different);
    }

    private Finding step(Case.Step step, Fixtures fixtures, Cloud at)
            throws IOException, InterruptedException {
        String target = fixtures.expand(step.target());
        Map<String, String> headers = new LinkedHashMap<>();
        step.headers().forEach((name, value) -> headers.put(name, fixtures.expand(value)));
        Body body = Body.parse(fixtures.expand(step.body()));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Answer answer = at.send(step.who(), step.method(), target, headers, body);
            fixtures.note(step, target, answer);
            Finding finding = judged(step, target, answer, fixtures);
            if (finding.kind() == Kind.PASS
                    || !step.patiently()
                    || System.nanoTime() > deadline) {
                return finding;
            }
            Thread.sleep(PAUSE);
        }
    }

    private static Finding judged(
            Case.Step step, String target, Answer answer, Fixtures fixtures) {
        String request = step.method() + " " + shortened(target);
        if (!step.statuses().contains(answer.status())) {
            return new Finding(
                    Kind.FAIL,
                    "%s: %s expected, found %s".formatted(request, step.statuses(), answer));
        }
        for (Expectation expectation : step.expectations()) {
            String wrong = expectation.wrong(answer, fixtures::expand, fixtures.values());
            if (!wrong.isEmpty()) {
                return new Finding(Kind.DIFF, request + ": " + wrong);
            }
        }
        String wrong = Manners.wrong(step, target, answer);
        return wrong.isEmpty()
                ? new Finding(Kind.PASS, "")
                : new Finding(Kind.DIFF, request + ": " + wrong);
    }

    private static String shortened(String target) {
        return target.length() > 120 ? target.substring(0, 120) + "…" : target;
    }
}
