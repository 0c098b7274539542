package mirage.glance.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceAttributes;
import mirage.glance.metadef.ObjectDefinition;
import mirage.glance.metadef.PropertyDefinition;
import mirage.glance.metadef.ResourceTypeAssociation;

import java.util.List;
import java.util.Map;

/** The payloads of Glance's notifications of metadata definitions, with all their keys. */
final class MetadefPayloads {
    /** What is told of a property's definition; absent values are nulls. */
    private static final List<String> DEFINED =
            List.of(
                    "type",
                    "title",
                    "description",
                    "default",
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

    private MetadefPayloads() {}

    static ObjectNode of(Namespace namespace) {
        NamespaceAttributes attributes = namespace.attributes();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("namespace", namespace.name());
        json.put("namespace_old", namespace.name());
        json.put("display_name", attributes.displayName());
        json.put("protected", attributes.isProtected());
        json.put("visibility", attributes.visibility());
        json.put("owner", attributes.owner());
        json.put("description", attributes.description());
        json.put("created_at", Payloads.time(namespace.createdAt()));
        json.put("updated_at", Payloads.time(namespace.updatedAt()));
        return Payloads.notDeleted(json);
    }

    static ObjectNode ofObject(Namespace namespace, Dated<ObjectDefinition> object) {
        ObjectDefinition definition = object.value();
        ObjectNode json = named(namespace, definition.name());
        ArrayNode properties = json.putArray("properties");
        for (Map.Entry<String, JsonNode> property : definition.properties().properties()) {
            ObjectNode told = properties.addObject().put("name", property.getKey());
            for (String key : DEFINED) {
                JsonNode value = property.getValue().path(key);
                told.set(key, isNothingToPython(value) ? NullNode.getInstance() : value);
            }
        }
        ArrayNode required = json.putArray("required");
        definition.required().forEach(required::add);
        json.put("description", definition.description());
        return dated(json, object);
    }

    static ObjectNode of(Namespace namespace, PropertyDefinition property) {
        ObjectNode json = named(namespace, property.name());
        for (String key : DEFINED) {
            JsonNode value = property.definition().get(key);
            json.set(key, value == null ? NullNode.getInstance() : value);
        }
        return Payloads.notDeleted(json);
    }

    static ObjectNode of(Namespace namespace, Dated<ResourceTypeAssociation> association) {
        ObjectNode json = named(namespace, association.value().resourceType());
        json.put("prefix", association.value().prefix());
        json.put("properties_target", association.value().target());
        return dated(json, association);
    }

    static ObjectNode ofTag(Namespace namespace, Dated<String> tag) {
        return dated(named(namespace, tag.value()), tag);
    }

    private static ObjectNode named(Namespace namespace, String name) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("namespace", namespace.name())
                .put("name", name)
                .put("name_old", name);
    }

    private static ObjectNode dated(ObjectNode json, Dated<?> dated) {
        json.put("created_at", Payloads.time(dated.createdAt()));
        json.put("updated_at", Payloads.time(dated.updatedAt()));
        return Payloads.notDeleted(json);
    }

    /** Of the properties of objects, but not of others, Glance tells 0, false and what is empty as nulls. */
    private static boolean isNothingToPython(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() == 0);
    }
}
