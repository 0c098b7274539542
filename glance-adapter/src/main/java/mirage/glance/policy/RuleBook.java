package mirage.glance.policy;

import mirage.glance.identity.Caller;
import mirage.glance.identity.TokenScope;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All rules in force, and what they say. Immutable; evaluation allocates nothing worth mentioning.
 *
 * <p>As in oslo.policy a name that is not there is answered by the rule {@code default}, which permits everyone unless
 * the operator says otherwise, and scope is looked at for the rule asked, not for those that it refers to.
 */
final class RuleBook implements Policy {
    /** Rules that refer to rules, and what is within them; far below what a stack holds. */
    private static final int MAX_DEPTH = 256;

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private final boolean enforceScope;

    private RuleBook(boolean enforceScope) {
        this.enforceScope = enforceScope;
    }

    /**
     * A rule in force.
     *
     * @param preset what Glance has, null for a rule that only the operator's file has
     * @param written what the operator wrote, null for a rule left as it is
     */
    record Entry(
            String name, Check check, @Nullable RuleDefault preset, @Nullable FileRule written) {}

    /**
     * Puts together Glance's rules and an operator's.
     *
     * @param written of two of the same name the last one counts
     * @throws PolicyFileException when rules refer to each other in a circle
     */
    static RuleBook of(PolicyMode mode, List<FileRule> written) throws PolicyFileException {
        RuleBook book = new RuleBook(mode.enforceScope());
        for (RuleDefault preset : RuleDefault.of(mode.compat())) {
            book.entries.put(
                    preset.name(), new Entry(preset.name(), preset.checkIn(mode), preset, null));
        }
        for (FileRule rule : written) {
            Entry before = book.entries.get(rule.name());
            RuleDefault preset = before == null ? null : before.preset();
            book.entries.put(rule.name(), new Entry(rule.name(), rule.check(), preset, rule));
        }
        Set<String> referred = book.checkReferences();
        book.warnOfDoubtful(mode, referred);
        return book;
    }

    /** The rules without an operator's. */
    static RuleBook of(PolicyMode mode) {
        try {
            return of(mode, List.of());
        } catch (PolicyFileException circular) {
            throw new IllegalStateException("the defaults refer to themselves", circular);
        }
    }

    /** All rules: Glance's in the order of its documentation, then the operator's own. */
    List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** What an operator probably did not mean, one sentence each. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public boolean defines(String rule) {
        return entries.containsKey(rule);
    }

    @Override
    public boolean permits(String rule, Caller caller, PolicyTarget target) {
        Entry entry = entries.get(rule);
        if (enforceScope
                && entry != null
                && entry.preset() != null
                && entry.preset().projectOnly()
                && (caller.scope() instanceof TokenScope.OfSystem
                        || caller.scope() instanceof TokenScope.OfDomain)) {
            return false;
        }
        return holds(entry == null ? byDefault() : entry.check(), caller, target);
    }

    private boolean holds(Check check, Caller caller, PolicyTarget target) {
        return switch (check) {
            case Check.Constant constant -> constant.permits();
            case Check.Not not -> !holds(not.check(), caller, target);
            case Check.All all -> {
                for (Check part : all.checks()) {
                    if (!holds(part, caller, target)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Check.Any any -> {
                for (Check part : any.checks()) {
                    if (holds(part, caller, target)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Check.Rule rule -> holds(checkOf(rule.name()), caller, target);
            case Check.Role role -> {
                String name = role.name().textFor(target);
                yield name != null && caller.has(name);
            }
            case Check.Literal literal -> literal.text().equals(literal.expected().textFor(target));
            case Check.Attribute attribute -> {
                String expected = attribute.expected().textFor(target);
                yield expected != null && equal(attribute.name(), expected, caller, target);
            }
        };
    }

    private boolean equal(String attribute, String expected, Caller caller, PolicyTarget target) {
        if (!attribute.equals(CallerAttributes.IS_ADMIN)) {
            return CallerAttributes.equal(attribute, expected, caller);
        }
        boolean admin = holds(checkOf(RuleNames.CONTEXT_IS_ADMIN), caller, target);
        return expected.equals(admin ? "True" : "False");
    }

    private Check checkOf(String rule) {
        Entry entry = entries.get(rule);
        return entry == null ? byDefault() : entry.check();
    }

    private Check byDefault() {
        Entry entry = entries.get(RuleNames.DEFAULT);
        return entry == null ? Check.DENY : entry.check();
    }

    /** Follows every reference once, and refuses circles and what is too deep for the stack. */
    private Set<String> checkReferences() throws PolicyFileException {
        Map<String, Integer> depths = new LinkedHashMap<>();
        Set<String> referred = new LinkedHashSet<>();
        for (Entry entry : entries.values()) {
            depth(entry, depths, new ArrayDeque<>(), referred);
        }
        return referred;
    }

    private int depth(
            Entry entry, Map<String, Integer> known, Deque<Entry> path, Set<String> referred)
            throws PolicyFileException {
        Integer before = known.get(entry.name());
        if (before != null) {
            return before;
        }
        path.addLast(entry);
        if (path.size() > MAX_DEPTH) {
            throw new PolicyFileException(
                    placeOf(path) + ": " + entry.name() + " ends too long a chain of rules");
        }
        if (path.stream().filter(step -> step.name().equals(entry.name())).count() > 1) {
            throw new PolicyFileException(
                    placeOf(path)
                            + ": rules refer to each other in a circle: "
                            + String.join(" -> ", path.stream().map(Entry::name).toList()));
        }
        int depth = depthOf(entry.check());
        for (String name : references(entry.check())) {
            referred.add(name);
            Entry next = entries.get(name);
            if (next == null) {
                warnings.add(
                        placeOf(path)
                                + ": no rule "
                                + name
                                + ", which "
                                + entry.name()
                                + " refers to: the rule default answers for it");
                next = entries.get(RuleNames.DEFAULT);
            }
            if (next != null) {
                depth =
                        Math.max(
                                depth, depthOf(entry.check()) + depth(next, known, path, referred));
            }
            if (depth > MAX_DEPTH) {
                throw new PolicyFileException(
                        placeOf(path)
                                + ": "
                                + entry.name()
                                + " refers to too long a chain of rules");
            }
        }
        path.removeLast();
        known.put(entry.name(), depth);
        return depth;
    }

    private static String placeOf(Deque<Entry> path) {
        String place = "defaults";
        for (Entry step : path) {
            place = step.written() == null ? place : step.written().place();
        }
        return place;
    }

    private static int depthOf(Check check) {
        return switch (check) {
            case Check.Not not -> 1 + depthOf(not.check());
            case Check.All all ->
                    1 + all.checks().stream().mapToInt(RuleBook::depthOf).max().orElse(0);
            case Check.Any any ->
                    1 + any.checks().stream().mapToInt(RuleBook::depthOf).max().orElse(0);
            default -> 1;
        };
    }

    private static List<String> references(Check check) {
        List<String> names = new ArrayList<>();
        Deque<Check> left = new ArrayDeque<>(List.of(check));
        while (!left.isEmpty()) {
            switch (left.removeFirst()) {
                case Check.Not not -> left.add(not.check());
                case Check.All all -> left.addAll(all.checks());
                case Check.Any any -> left.addAll(any.checks());
                case Check.Rule rule -> names.add(rule.name());
                case Check.Attribute attribute -> {
                    if (attribute.name().equals(CallerAttributes.IS_ADMIN)) {
                        names.add(RuleNames.CONTEXT_IS_ADMIN);
                    }
                }
                case Check.Constant _, Check.Role _, Check.Literal _ -> {}
            }
        }
        return names;
    }

    private void warnOfDoubtful(PolicyMode mode, Set<String> referred) {
        for (Entry entry : entries.values()) {
            FileRule written = entry.written();
            if (written == null) {
                continue;
            }
            RuleDefault preset = entry.preset();
            if (preset == null && !referred.contains(entry.name())) {
                warnings.add(
                        written.place()
                                + ": "
                                + entry.name()
                                + " is no rule of Glance, and no rule refers to it");
            }
            if (preset != null && preset.checkIn(mode).equals(written.check())) {
                warnings.add(
                        written.place() + ": " + entry.name() + " is the default; leave it out");
            }
        }
    }
}
