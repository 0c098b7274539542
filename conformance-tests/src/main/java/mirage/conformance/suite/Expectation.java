package mirage.conformance.suite;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A demand on an answer, beyond its status.
 *
 * <pre>
 *   /pointer = VALUE      the JSON value there is VALUE: JSON, or else a text
 *   /pointer ~ REGEX      a value is there, whose text has such a part
 *   /pointer array        it is an array, of any size
 *   /pointer size N       it has N elements
 *   /pointer has VALUE    it is an array with that element, or an object with that name
 *   /pointer lacks VALUE
 *   /pointer absent       there is none
 *   /pointer -> NAME      keeps its text for later steps, as {NAME}
 *   Header: VALUE         the answer has that header with that value
 *   Header ~ REGEX
 *   Header absent
 *   body ~ REGEX          the body as text
 *   body empty
 *   body octets N         the body is exactly that of {@link Body}; "octets N A B" is its part [A, B)
 *   type html|json|plain  the media type, as clients of OpenStack accept it
 * </pre>
 */
record Expectation(String subject, Relation relation, String value) {
    /** A text that begins as a number does is not one. */
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Pattern FORM =
            Pattern.compile(
                    "(\\S*?)(?: (=|~|array|size|has|lacks|absent|->|empty|octets|html|json|plain)|(: ))"
                            + "(?: ?(.*))?");

    enum Relation {
        EQUAL,
        LIKE,
        ARRAY,
        SIZE,
        HAS,
        LACKS,
        ABSENT,
        KEEP,
        EMPTY,
        OCTETS,
        TYPE
    }

    static List<Expectation> parseAll(String text) {
        List<Expectation> expectations = new ArrayList<>();
        if (!text.equals("-")) {
            for (String one : text.split(" ; ", -1)) {
                expectations.add(parse(one.strip()));
            }
        }
        return expectations;
    }

    private static Expectation parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no expectation: " + text);
        }
        String value = matcher.group(4) == null ? "" : matcher.group(4);
        String sign = matcher.group(3) != null ? "=" : matcher.group(2);
        Relation relation =
                switch (sign) {
                    case "=" -> Relation.EQUAL;
                    case "~" -> Relation.LIKE;
                    case "array" -> Relation.ARRAY;
                    case "size" -> Relation.SIZE;
                    case "has" -> Relation.HAS;
                    case "lacks" -> Relation.LACKS;
                    case "absent" -> Relation.ABSENT;
                    case "->" -> Relation.KEEP;
                    case "empty" -> Relation.EMPTY;
                    case "octets" -> Relation.OCTETS;
                    default -> Relation.TYPE;
                };
        return new Expectation(
                matcher.group(1), relation, relation == Relation.TYPE ? sign : value);
    }

    /**
     * What is wrong with an answer, empty when nothing is.
     *
     * @param expand replaces placeholders
     * @param kept takes what is kept for later
     */
    String wrong(Answer answer, UnaryOperator<String> expand, Map<String, String> kept) {
        String expected = expand.apply(value);
        if (relation == Relation.TYPE) {
            return wrongType(answer, expected);
        }
        if (subject.equals("body")) {
            return wrongBody(answer, expected);
        }
        if (subject.startsWith("/") || subject.isEmpty()) {
            JsonNode node = answer.json().at(expand.apply(subject));
            if (relation == Relation.KEEP) {
                kept.put(value, node.asText());
                return node.isMissingNode() ? subject + " is not there" : "";
            }
            return wrongJson(node, expected);
        }
        String found = answer.header(subject).orElse(null);
        boolean right =
                switch (relation) {
                    case ABSENT -> found == null;
                    case EQUAL -> expected.equals(found);
                    case LIKE -> found != null && Pattern.compile(expected).matcher(found).find();
                    default -> throw new IllegalArgumentException("of a header: " + this);
                };
        return right ? "" : "%s, found %s".formatted(this, found);
    }

    private String wrongJson(JsonNode node, String expected) {
        boolean right =
                switch (relation) {
                    case EQUAL -> node.equals(literal(expected));
                    case LIKE ->
                            node.isValueNode()
                                    && Pattern.compile(expected).matcher(node.asText()).find();
                    case ARRAY -> node.isArray();
                    case SIZE ->
                            node.isContainerNode() && node.size() == Integer.parseInt(expected);
                    case HAS -> contains(node, expected);
                    case LACKS -> node.isContainerNode() && !contains(node, expected);
                    case ABSENT -> node.isMissingNode();
                    default -> throw new IllegalArgumentException("of JSON: " + this);
                };
        return right
                ? ""
                : "%s %s %s, found %s".formatted(subject, relation, expected, shown(node));
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    private static boolean contains(JsonNode node, String expected) {
        if (node.isObject()) {
            return node.has(expected);
        }
        JsonNode wanted = literal(expected);
        for (JsonNode element : node) {
            if (element.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode literal(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException aText) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    private String wrongBody(Answer answer, String expected) {
        boolean right =
                switch (relation) {
                    case EMPTY -> answer.body().length == 0;
                    case LIKE -> Pattern.compile(expected).matcher(answer.text()).find();
                    case EQUAL -> answer.text().equals(expected);
                    case OCTETS -> Arrays.equals(answer.body(), part(expected));
                    default -> throw new IllegalArgumentException("of a body: " + this);
                };
        return right ? "" : this + ", found " + answer.body().length + " bytes: " + answer;
    }

    private static byte[] part(String text) {
        String[] numbers = text.split(" ", -1);
        byte[] whole = Body.octets(Integer.parseInt(numbers[0]));
        return numbers.length == 1
                ? whole
                : Arrays.copyOfRange(
                        whole, Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    private static String wrongType(Answer answer, String expected) {
        String found = answer.header("Content-Type").orElse("none");
        String type =
                switch (expected) {
                    case "html" -> "text/html";
                    case "plain" -> "text/plain";
                    default -> "application/json";
                };
        // As tempest compares: the whole text, with that blank, and no other parameter.
        List<String> right = List.of(type, type + "; charset=utf-8");
        return right.contains(found.toLowerCase(Locale.ROOT))
                ? ""
                : "Content-Type %s expected, found %s".formatted(type, found);
    }

    @Override
    public String toString() {
        return "%s %s %s".formatted(subject, relation, value).strip();
    }
}
