package mirage.conformance.suite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Reads cases from tables. A line is a step, its columns are divided by {@code " | "}:
 *
 * <pre>
 *   name | needs | who | METHOD target | headers | body | status | expectations
 * </pre>
 *
 * A line that begins with {@code "+ "} is a further step of the case before, without its first two columns. Empty
 * lines, and those that begin with {@code #}, are left out. Headers are divided by {@code " ;; "}, expectations by {@code " ; "}, right statuses by commas;
 * {@code "await "} before the status repeats the request until all is as demanded. {@code {name}} is replaced, see
 * {@link Fixtures}.
 */
final class CaseTable {
    private static final String FURTHER = "+ ";
    private static final int STEP_COLUMNS = 6;

    private CaseTable() {}

    /** The cases of a table that lies beside this class. */
    static List<Case> read(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CaseTable.class.getResourceAsStream(file), file)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), file);
        }
    }

    static List<Case> parse(String table, String file) {
        List<Case> cases = new ArrayList<>();
        int number = 0;
        for (String line : table.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            try {
                addLine(line, cases);
            } catch (RuntimeException wrong) {
                throw new IllegalArgumentException(file + ":" + number + ": " + line, wrong);
            }
        }
        return cases;
    }

    private static void addLine(String line, List<Case> cases) {
        if (line.startsWith(FURTHER)) {
            Case last = cases.removeLast();
            List<Case.Step> steps = new ArrayList<>(last.steps());
            steps.add(step(columns(line.substring(FURTHER.length()), STEP_COLUMNS)));
            cases.add(new Case(last.name(), last.needs(), List.copyOf(steps)));
        } else {
            List<String> columns = columns(line, STEP_COLUMNS + 2);
            Case.Step step = step(columns.subList(2, columns.size()));
            cases.add(new Case(columns.get(0), columns.get(1), List.of(step)));
        }
    }

    private static List<String> columns(String line, int count) {
        List<String> columns = Stream.of(line.split(" \\| ", -1)).map(String::strip).toList();
        if (columns.size() != count) {
            throw new IllegalArgumentException(count + " columns expected: " + columns.size());
        }
        return columns;
    }

    private static Case.Step step(List<String> columns) {
        String[] request = columns.get(1).split(" ", 2);
        String status = columns.get(4);
        boolean patiently = status.startsWith("await ");
        List<Integer> statuses =
                Stream.of(status.replace("await ", "").split(",", -1))
                        .map(Integer::valueOf)
                        .toList();
        return new Case.Step(
                Who.of(columns.get(0)),
                request[0],
                request[1],
                headers(columns.get(2)),
                columns.get(3),
                statuses,
                patiently,
                Expectation.parseAll(columns.get(5)));
    }

    private static Map<String, String> headers(String text) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!text.equals("-")) {
            for (String header : text.split(" ;; ", -1)) {
                String[] parts = header.split(": ?", 2);
                headers.put(parts[0], parts[1]);
            }
        }
        return headers;
    }
}
