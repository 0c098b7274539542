package mirage.conformance.suite;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.conformance.suite.Outcome.Kind;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints a line per case as it ends, and a summary. Safe for use by many threads. */
final class Report {
    private final PrintStream out;
    private final Map<String, String> known;
    private final List<Outcome> outcomes = new ArrayList<>();

    /**
     * Makes a report.
     *
     * @param known reasons of differences that are meant, by the names of their cases
     */
    Report(PrintStream out, Map<String, String> known) {
        this.out = out;
        this.known = Map.copyOf(known);
    }

    /**
     * Reads differences that are meant: lines of a case's name, a blank, and the reason. Empty lines and those that
     * begin with {@code #} are left out.
     */
    static Map<String, String> readKnown(Path file) throws IOException {
        Map<String, String> known = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.strip().split(" +", 2);
                if (parts.length < 2) {
                    throw new IOException(file + ": no reason for " + parts[0]);
                }
                known.put(parts[0], parts[1]);
            }
        }
        return known;
    }

    synchronized void add(Outcome outcome) {
        Outcome told = outcome;
        String reason = known.get(outcome.name());
        if (reason != null && (outcome.kind() == Kind.FAIL || outcome.kind() == Kind.DIFF)) {
            String detail = outcome.detail() + " [" + reason + "]";
            told = new Outcome(outcome.name(), Kind.KNOWN, detail, outcome.took());
        }
        outcomes.add(told);
        out.println(told);
        out.flush();
    }

    /** Prints how many ended how, by group. */
    synchronized void summary() {
        Map<String, Map<Kind, Integer>> groups = new TreeMap<>();
        Map<Kind, Integer> all = new EnumMap<>(Kind.class);
        for (Outcome outcome : outcomes) {
            groups.computeIfAbsent(outcome.group(), name -> new EnumMap<>(Kind.class))
                    .merge(outcome.kind(), 1, Integer::sum);
            all.merge(outcome.kind(), 1, Integer::sum);
        }
        out.println();
        StringBuilder head = new StringBuilder("%-16s".formatted("group"));
        for (Kind kind : Kind.values()) {
            head.append("%6s".formatted(kind));
        }
        out.println(head);
        groups.forEach((name, counts) -> out.println(row(name, counts)));
        out.println(row("all", all));
    }

    private static String row(String name, Map<Kind, Integer> counts) {
        StringBuilder row = new StringBuilder("%-16s".formatted(name));
        for (Kind kind : Kind.values()) {
            row.append("%6d".formatted(counts.getOrDefault(kind, 0)));
        }
        return row.toString();
    }

    /** Writes all outcomes as an array of objects, by name. */
    synchronized void writeJson(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        List<ObjectNode> nodes =
                outcomes.stream()
                        .sorted(Comparator.comparing(Outcome::name))
                        .map(outcome ->
                                json.createObjectNode()
                                        .put("name", outcome.name())
                                        .put("outcome", outcome.kind().name())
                                        .put("detail", outcome.detail())
                                        .put("millis", outcome.took().toMillis()))
                        .toList();
        Files.write(file, json.writeValueAsBytes(nodes));
    }

    /** Whether nothing is wrong but what is known to be. */
    synchronized boolean isGood() {
        return !outcomes.isEmpty()
                && outcomes.stream()
                        .noneMatch(outcome ->
                                outcome.kind() == Kind.FAIL || outcome.kind() == Kind.DIFF);
    }
}
