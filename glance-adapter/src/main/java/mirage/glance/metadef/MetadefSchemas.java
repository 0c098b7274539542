package mirage.glance.metadef;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON schemas of metadata definitions: those that clients read, which are also the rules that requests are checked
 * by. Each is a file beside this class with what only it says; the rest is put together as Glance publishes it.
 */
public final class MetadefSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MetadefSchemas() {}

    /** Every published schema by the last part of its path, such as {@code resource_types}. */
    public static Map<String, ObjectNode> published() {
        Map<String, ObjectNode> schemas = new LinkedHashMap<>();
        schemas.put("namespace", namespace());
        schemas.put("namespaces", listOf("namespaces", namespace()));
        schemas.put("object", object());
        schemas.put("objects", listOf("objects", object()));
        schemas.put("property", property());
        ObjectNode nameless = withDefinitions(read("property.json"), ofProperties());
        schemas.put("properties", mapOf("properties", nameless));
        ObjectNode association = resourceTypeAssociation();
        schemas.put("resource_type", association);
        schemas.put("resource_types", listOf("resource_type_associations", association));
        schemas.put("tag", tag());
        schemas.put("tags", listOf("tags", tag()));
        return schemas;
    }

    static ObjectNode namespace() {
        return withDefinitions(read("namespace.json"), ofNamespaces());
    }

    static ObjectNode object() {
        return withDefinitions(read("object.json"), ofNamespaces());
    }

    /** Of a property that is not named by what it is in. */
    static ObjectNode property() {
        ObjectNode schema = withDefinitions(read("property.json"), ofProperties());
        ((ArrayNode) schema.get("required")).add("name");
        return schema;
    }

    static ObjectNode tag() {
        return closed(read("tag.json"));
    }

    /** Of the body that makes several tags. */
    static ObjectNode newTags() {
        return closed(read("new-tags.json"));
    }

    static ObjectNode resourceTypeAssociation() {
        return closed(read("resource_type_association.json"));
    }

    private static ObjectNode ofNamespaces() {
        ObjectNode definitions = read("definitions.json");
        ObjectNode named = read("property.json");
        ObjectNode property = JsonNodeFactory.instance.objectNode().put("type", "object");
        property.putArray("required").add("title").add("type");
        property.set("properties", named.get("properties"));
        definitions
                .putObject("property")
                .put("type", "object")
                .set("additionalProperties", property);
        return definitions;
    }

    private static ObjectNode ofProperties() {
        ObjectNode definitions = read("definitions.json");
        definitions.withObject("/stringArray").put("minItems", 1);
        return definitions;
    }

    private static ObjectNode withDefinitions(ObjectNode schema, ObjectNode definitions) {
        ObjectNode whole = closed(schema);
        whole.set("definitions", definitions);
        return whole;
    }

    private static ObjectNode closed(ObjectNode schema) {
        return schema.put("additionalProperties", false);
    }

    private static ObjectNode listOf(String name, ObjectNode item) {
        return collection(name, item, "array", "items");
    }

    private static ObjectNode mapOf(String name, ObjectNode item) {
        return collection(name, item, "object", "additionalProperties");
    }

    /** A page of items, whose definitions move to where their references find them. */
    private static ObjectNode collection(
            String name, ObjectNode item, String type, String ofItems) {
        ObjectNode one = item.deepCopy();
        JsonNode definitions = one.remove("definitions");
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("name", name);
        ObjectNode properties = schema.putObject("properties");
        properties.putObject(name).put("type", type).set(ofItems, one);
        for (String text : List.of("first", "next", "schema")) {
            properties.putObject(text).put("type", "string");
        }
        ArrayNode links = schema.putArray("links");
        links.addObject().put("rel", "first").put("href", "{first}");
        links.addObject().put("rel", "next").put("href", "{next}");
        links.addObject().put("rel", "describedby").put("href", "{schema}");
        if (definitions != null) {
            schema.set("definitions", definitions);
        }
        return schema;
    }

    private static ObjectNode read(String file) {
        try (InputStream in = MetadefSchemas.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the program");
            }
            return (ObjectNode) JSON.readTree(in);
        } catch (IOException broken) {
            throw new IllegalStateException(file + " in the program is broken", broken);
        }
    }
}
