package mirage.conformance.suite;

import java.util.List;
import java.util.Map;

/**
 * A case: requests, one after the other, and what is demanded of their answers.
 *
 * @param name its group, a dot, and its own
 * @param needs what the endpoint must offer, divided by commas; {@code -} for nothing
 */
record Case(String name, String needs, List<Step> steps) {
    /**
     * A request and what is demanded of its answer. Placeholders are not yet replaced.
     *
     * @param statuses any of which is right
     * @param patiently whether it is repeated for a while until all is as demanded
     */
    record Step(
            Who who,
            String method,
            String target,
            Map<String, String> headers,
            String body,
            List<Integer> statuses,
            boolean patiently,
            List<Expectation> expectations) {}

    String group() {
        return name.substring(0, name.indexOf('.'));
    }
}
