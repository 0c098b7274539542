package mirage.glance.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads checks in the language of oslo.policy. Blanks and parentheses at the ends of a word divide:
 *
 * <pre>
 *   rule  = ""                              permits everyone
 *         | or
 *   or    = and ("or" and)*
 *   and   = not ("and" not)*
 *   not   = "not" not | "(" or ")" | check
 *   check = "@"                             permits everyone
 *         | "!"                             permits nobody
 *         | kind ":" match                  no blanks in it; the first colon divides
 *   kind  = "rule"                          match names another rule
 *         | "role"                          match names a role of the caller
 *         | 'text' | "text" | integer | "True" | "False" | "None"     a literal
 *         | attribute of the caller, see {@link CallerAttributes}
 *   match = (text | "%%" | "%(" attribute of the target ")s")*
 * </pre>
 *
 * The older form is a list of lists of checks: one of the outer ones must hold, and for that all of its inner ones.
 *
 * <p>oslo.policy takes a check that it cannot read for one that permits nobody, and says so in a log; here it is an
 * error. {@code http:} and {@code https:}, which ask another server at each request, are errors too.
 */
final class CheckParser {
    /** Deeper than anyone writes, shallower than a stack. */
    static final int MAX_DEPTH = 64;

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,17}");
    private static final Pattern ATTRIBUTE =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");

    private final List<String> words;
    private int next;
    private int depth;

    private CheckParser(List<String> words) {
        this.words = words;
    }

    static Check parse(String rule) throws CheckSyntaxException {
        if (rule.isEmpty()) {
            return Check.PERMIT;
        }
        CheckParser parser = new CheckParser(words(rule));
        Check check = parser.or();
        if (parser.next < parser.words.size()) {
            throw new CheckSyntaxException(
                    "\"and\", \"or\" or the end expected, found " + parser.words.get(parser.next));
        }
        return check;
    }

    /** Reads the older form. No list permits everyone, a list without any check in it nobody. */
    static Check parse(List<List<String>> rule) throws CheckSyntaxException {
        if (rule.isEmpty()) {
            return Check.PERMIT;
        }
        List<Check> any = new ArrayList<>();
        for (List<String> inner : rule) {
            if (!inner.isEmpty()) {
                List<Check> all = new ArrayList<>();
                for (String check : inner) {
                    all.add(check(check));
                }
                any.add(joined(all, true));
            }
        }
        return any.isEmpty() ? Check.DENY : joined(any, false);
    }

    private Check or() throws CheckSyntaxException {
        List<Check> any = new ArrayList<>();
        do {
            any.add(and());
        } while (skip("or"));
        return joined(any, false);
    }

    private Check and() throws CheckSyntaxException {
        List<Check> all = new ArrayList<>();
        do {
            all.add(not());
        } while (skip("and"));
        return joined(all, true);
    }

    private Check not() throws CheckSyntaxException {
        if (++depth > MAX_DEPTH) {
            throw new CheckSyntaxException(
                    "at most " + MAX_DEPTH + " parentheses and nots within each other expected");
        }
        Check check;
        if (skip("not")) {
            check = new Check.Not(not());
        } else if (skip("(")) {
            check = or();
            if (!skip(")")) {
                throw new CheckSyntaxException("\")\" expected, found " + found());
            }
        } else {
            String word = found();
            if (next == words.size()
                    || word.equals(")")
                    || word.equalsIgnoreCase("and")
                    || word.equalsIgnoreCase("or")) {
                throw new CheckSyntaxException("a check expected, found " + word);
            }
            next++;
            check = check(word);
        }
        depth--;
        return check;
    }

    private boolean skip(String word) {
        boolean there = next < words.size() && words.get(next).equalsIgnoreCase(word);
        next += there ? 1 : 0;
        return there;
    }

    private String found() {
        return next < words.size() ? words.get(next) : "the end";
    }

    private static Check joined(List<Check> checks, boolean all) {
        if (checks.size() == 1) {
            return checks.getFirst();
        }
        return all ? new Check.All(checks) : new Check.Any(checks);
    }

    private static Check check(String word) throws CheckSyntaxException {
        if (word.equals("@")) {
            return Check.PERMIT;
        }
        if (word.equals("!")) {
            return Check.DENY;
        }
        int colon = word.indexOf(':');
        if (colon < 0) {
            throw new CheckSyntaxException("KIND:MATCH expected, found " + word);
        }
        String kind = word.substring(0, colon);
        String match = word.substring(colon + 1);
        return switch (kind) {
            case "rule" -> new Check.Rule(match);
            case "role" -> new Check.Role(Template.parse(match).lowerCased());
            case "http", "https" ->
                    throw new CheckSyntaxException(
                            word + ": checks that ask another server are not supported");
            default -> comparison(kind, Template.parse(match));
        };
    }

    private static Check comparison(String kind, Template expected) throws CheckSyntaxException {
        if (isQuoted(kind)) {
            return new Check.Literal(kind.substring(1, kind.length() - 1), expected);
        }
        if (INTEGER.matcher(kind).matches()
                || kind.equals("True")
                || kind.equals("False")
                || kind.equals("None")) {
            return new Check.Literal(kind, expected);
        }
        if (ATTRIBUTE.matcher(kind).matches()) {
            return new Check.Attribute(kind, expected);
        }
        throw new CheckSyntaxException(
                "rule, role, an attribute of the caller, a number or a text in quotation marks"
                        + " expected before the colon, found "
                        + kind);
    }

    private static boolean isQuoted(String word) {
        return word.length() >= 2
                && (word.startsWith("'") || word.startsWith("\""))
                && word.charAt(0) == word.charAt(word.length() - 1)
                && word.indexOf(word.charAt(0), 1) == word.length() - 1
                && word.indexOf('\\') < 0;
    }

    /** Parentheses at the ends of words are words of their own; those of {@code %(name)s} never stand there. */
    private static List<String> words(String rule) {
        List<String> words = new ArrayList<>();
        for (String word : List.of(BLANKS.split(rule))) {
            int from = 0;
            int to = word.length();
            while (from < to && word.charAt(from) == '(') {
                words.add("(");
                from++;
            }
            while (to > from && word.charAt(to - 1) == ')') {
                to--;
            }
            if (from < to) {
                words.add(word.substring(from, to));
            }
            words.addAll(Collections.nCopies(word.length() - to, ")"));
        }
        return words;
    }
}
