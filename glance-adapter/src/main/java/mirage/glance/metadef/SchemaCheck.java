package mirage.glance.metadef;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Checks JSON against a schema in the part of JSON Schema that the schemas of metadata definitions are written in:
 * {@code type}, {@code enum}, {@code maxLength}, {@code minimum}, {@code minItems}, {@code uniqueItems}, {@code items},
 * {@code properties}, {@code required}, {@code additionalProperties}, {@code allOf}, and {@code $ref} into the
 * definitions. Other words of a schema are for its readers. Goes as deep as the schema, whatever the JSON.
 */
final class SchemaCheck {
    private static final int MAX_SHOWN = 100;

    private final ObjectNode schema;

    /**
     * @param schema one of ours: its definitions must not refer to themselves
     */
    SchemaCheck(ObjectNode schema) {
        this.schema = schema;
    }

    /**
     * Lets pass what fits.
     *
     * @throws DefinitionRefusedException naming the first thing that does not
     */
    void check(JsonNode instance) {
        if (!instance.isObject()) {
            throw refused(instance, "", "is not of type 'object'");
        }
        check(instance, schema, "");
    }

    private void check(JsonNode instance, JsonNode rules, String place) {
        if (rules.has("$ref")) {
            String name = rules.get("$ref").textValue().substring("#/definitions/".length());
            check(instance, schema.get("definitions").get(name), place);
            return;
        }
        for (JsonNode all : rules.path("allOf")) {
            check(instance, all, place);
        }
        checkValue(instance, rules, place);
        if (instance.isArray()) {
            checkArray(instance, rules, place);
        } else if (instance.isObject()) {
            checkObject(instance, rules, place);
        }
    }

    private static void checkValue(JsonNode instance, JsonNode rules, String place) {
        String type = rules.path("type").asText("");
        if (!type.isEmpty() && !isOf(type, instance)) {
            throw refused(instance, place, "is not of type '" + type + "'");
        }
        JsonNode permitted = rules.path("enum");
        if (permitted.isArray() && !contains(permitted, instance)) {
            throw refused(instance, place, "is not one of " + shown(permitted));
        }
        if (instance.isTextual()) {
            String text = instance.textValue();
            if (rules.has("maxLength")
                    && text.codePointCount(0, text.length()) > rules.get("maxLength").intValue()) {
                throw refused(instance, place, "is too long");
            }
            if (text.indexOf('\0') >= 0) {
                // PostgreSQL keeps no such text.
                throw refused(instance, place, "holds the character U+0000");
            }
        }
        if (instance.isNumber() && !Double.isFinite(instance.doubleValue())) {
            throw refused(instance, place, "is too great");
        }
        if (rules.has("minimum")
                && instance.isNumber()
                && instance.decimalValue().compareTo(rules.get("minimum").decimalValue()) < 0) {
            throw refused(instance, place, "is less than the minimum of " + rules.get("minimum"));
        }
    }

    private void checkArray(JsonNode array, JsonNode rules, String place) {
        if (array.size() < rules.path("minItems").asInt(0)) {
            throw refused(array, place, "is too short");
        }
        if (rules.has("items")) {
            int index = 0;
            for (JsonNode item : array) {
                check(item, rules.get("items"), place + "[" + index++ + "]");
            }
        }
        if (rules.path("uniqueItems").asBoolean(false)) {
            Set<JsonNode> seen = new HashSet<>();
            for (JsonNode item : array) {
                if (!seen.add(item)) {
                    throw refused(array, place, "has non-unique elements");
                }
            }
        }
    }

    private void checkObject(JsonNode object, JsonNode rules, String place) {
        for (JsonNode required : rules.path("required")) {
            if (!object.has(required.textValue())) {
                throw refused(required, place, "is a required property");
            }
        }
        JsonNode known = rules.path("properties");
        JsonNode others = rules.path("additionalProperties");
        for (Iterator<Map.Entry<String, JsonNode>> i = object.fields(); i.hasNext(); ) {
            Map.Entry<String, JsonNode> member = i.next();
            String inside = place + "['" + cut(member.getKey()) + "']";
            if (known.has(member.getKey())) {
                check(member.getValue(), known.get(member.getKey()), inside);
            } else if (others.isObject()) {
                check(member.getValue(), others, inside);
            } else if (others.isBoolean() && !others.booleanValue()) {
                throw new DefinitionRefusedException(
                        said(
                                "Additional properties are not allowed ('"
                                        + cut(member.getKey())
                                        + "' was unexpected)",
                                place));
            }
        }
    }

    private static boolean isOf(String type, JsonNode instance) {
        return switch (type) {
            case "string" -> instance.isTextual();
            case "boolean" -> instance.isBoolean();
            case "number" -> instance.isNumber();
            // 1.0 is an integer to JSON Schema.
            case "integer" ->
                    instance.isIntegralNumber()
                            || (instance.isNumber()
                                    && instance.doubleValue() == Math.rint(instance.doubleValue()));
            case "array" -> instance.isArray();
            case "object" -> instance.isObject();
            default -> throw new IllegalArgumentException("type " + type + " in a schema");
        };
    }

    private static boolean contains(JsonNode permitted, JsonNode instance) {
        for (JsonNode value : permitted) {
            if (value.equals(instance)) {
                return true;
            }
        }
        return false;
    }

    private static DefinitionRefusedException refused(JsonNode value, String place, String why) {
        return new DefinitionRefusedException(said(shown(value) + " " + why, place));
    }

    private static String said(String what, String place) {
        return place.isEmpty() ? what : what + "; on instance" + place;
    }

    /** A value in an error message: its beginning. */
    static String shown(JsonNode value) {
        if (value.isArray()) {
            return cut(
                    StreamSupport.stream(value.spliterator(), false)
                            .limit(MAX_SHOWN)
                            .map(SchemaCheck::shown)
                            .collect(Collectors.joining(", ", "[", "]")));
        }
        return cut(value.isTextual() ? "'" + cut(value.textValue()) + "'" : value.toString());
    }

    private static String cut(String text) {
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    }
}
