package mirage.conformance.suite;

import java.util.Locale;
import java.util.Set;

/** What holds for every answer of the Image API. */
final class Manners {
    /** The types of errors that tempest takes, compared as a whole. */
    private static final Set<String> ERROR_TYPES =
            Set.of(
                    "application/json",
                    "application/json; charset=utf-8",
                    "text/plain",
                    "text/plain; charset=utf-8",
                    "text/html",
                    "text/html; charset=utf-8");

    private Manners() {}

    /** What is wrong with an answer, empty when nothing is. */
    static String wrong(Case.Step step, String target, Answer answer) {
        int status = answer.status();
        String type = answer.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (status == 204 && answer.body().length > 0) {
            return "204 with a body";
        }
        if (status >= 400 && answer.body().length > 0 && !ERROR_TYPES.contains(type)) {
            return "an error of type " + type;
        }
        boolean wantsJson = step.headers().getOrDefault("Accept", "").contains("application/json");
        if (status >= 400 && !wantsJson && type.startsWith("application/json")) {
            return "an error in JSON that nobody asked for: glanceclient fails on its form";
        }
        boolean isOfApi =
                target.startsWith("/v2/")
                        && status != 401
                        && status != 300
                        && !step.method().equals("OPTIONS");
        if (isOfApi && answer.header("X-Openstack-Request-Id").isEmpty()) {
            return "no X-Openstack-Request-Id";
        }
        return "";
    }
}
