package mirage.glance.metadef;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The form in which a property's definition is kept and shown: {@code type}, {@code title} and what else is said, in one
 * order. As in Glance, bounds are whole numbers, a default is a text or null, values are texts.
 */
final class PropertySchema {
    /** In the order in which Glance shows them. */
    private static final List<String> ATTRIBUTES =
            List.of(
                    "name",
                    "type",
                    "title",
                    "description",
                    "operators",
                    "default",
                    "readonly",
                    "minimum",
                    "maximum",
                    "enum",
                    "pattern",
                    "minLength",
                    "maxLength",
                    "confidential",
                    "items",
                    "uniqueItems",
                    "minItems",
                    "maxItems",
                    "additionalItems");

    private static final List<String> ATTRIBUTES_OF_ITEMS = List.of("type", "enum");

    private PropertySchema() {}

    /**
     * Brings a definition into the form.
     *
     * @param given fits the published schema of a property, except for unknown attributes
     * @throws DefinitionRefusedException for what cannot be kept
     */
    static ObjectNode of(JsonNode given) {
        ObjectNode definition = pick(given, ATTRIBUTES);
        for (Iterator<Map.Entry<String, JsonNode>> i = definition.fields(); i.hasNext(); ) {
            Map.Entry<String, JsonNode> attribute = i.next();
            JsonNode value = attribute.getValue();
            switch (attribute.getKey()) {
                case "default" -> attribute.setValue(text(value));
                case "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems" ->
                        attribute.setValue(whole(value));
                case "enum" -> requireTexts(value);
                case "items" -> attribute.setValue(items(value));
                case "confidential" -> {
                    if (!value.isBoolean()) {
                        throw new DefinitionRefusedException(
                                "'confidential' is not of type 'boolean'");
                    }
                }
                default -> {}
            }
        }
        return definition;
    }

    private static ObjectNode items(JsonNode given) {
        ObjectNode items = pick(given, ATTRIBUTES_OF_ITEMS);
        if (!items.has("type")) {
            throw new DefinitionRefusedException("'type' is a required property of 'items'");
        }
        if (items.has("enum")) {
            requireTexts(items.get("enum"));
        }
        return items;
    }

    private static ObjectNode pick(JsonNode given, List<String> attributes) {
        ObjectNode picked = JsonNodeFactory.instance.objectNode();
        for (String attribute : attributes) {
            if (given.has(attribute)) {
                picked.set(attribute, given.get(attribute));
            }
        }
        if (picked.size() < given.size()) {
            for (Iterator<String> names = given.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (!picked.has(name)) {
                    throw new DefinitionRefusedException(
                            "Unknown attribute of a property: "
                                    + SchemaCheck.shown(TextNode.valueOf(name)));
                }
            }
        }
        return picked;
    }

    private static JsonNode text(JsonNode value) {
        if (value.isTextual()) {
            return value;
        }
        if (value.isBoolean()) {
            return TextNode.valueOf(value.booleanValue() ? "True" : "False");
        }
        if (value.isIntegralNumber()) {
            return TextNode.valueOf(value.bigIntegerValue().toString());
        }
        if (value.isNumber()) {
            return TextNode.valueOf(
                    new BigDecimal(Double.toString(value.doubleValue())).toPlainString());
        }
        return NullNode.getInstance();
    }

    private static JsonNode whole(JsonNode value) {
        return value.isIntegralNumber()
                ? value
                : BigIntegerNode.valueOf(new BigDecimal(value.doubleValue()).toBigInteger());
    }

    private static void requireTexts(JsonNode values) {
        for (JsonNode value : values) {
            if (!value.isTextual() && !value.isNull()) {
                throw new DefinitionRefusedException(
                        "'enum' holds what is no string: " + SchemaCheck.shown(value));
            }
        }
    }
}
