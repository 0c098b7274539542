package mirage.glance.schema;

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
 * The JSON schemas that clients read under {@code /v2/schemas/}, by name. glanceclient checks every image that it sees
 * against them. A schema is a file beside this class; the lists of formats are filled in in.
 *
 * <p>Glance lists {@code stores} among the properties of an image also where it has a single store and never shows it.
 * Here it is left out: the {@code glance} command 4.1.0 makes an option of each property and then fails in every call, as
 * it has an option of that name already.
 */
public final class PublishedSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PublishedSchemas() {}

    /**
     * Every schema by its name, such as {@code image}.
     *
     * @param formats that images may be of
     */
    public static Map<String, ObjectNode> all(FormatNames formats) {
        ObjectNode image = read("image.json");
        fill(image, "disk_format", formats.disk());
        fill(image, "container_format", formats.container());
        Map<String, ObjectNode> schemas = new LinkedHashMap<>();
        schemas.put("image", image);
        schemas.put("images", collectionOf("images", image));
        ObjectNode member = read("member.json");
        schemas.put("member", member);
        schemas.put("members", collectionOf("members", member));
        ObjectNode task = read("task.json");
        schemas.put("task", task);
        schemas.put("tasks", collectionOf("tasks", task));
        return schemas;
    }

    private static void fill(ObjectNode schema, String property, List<String> values) {
        ArrayNode permitted = schema.withObject("/properties/" + property).putArray("enum");
        permitted.addNull();
        values.forEach(permitted::add);
    }

    private static ObjectNode collectionOf(String name, ObjectNode item) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("name", name);
        ObjectNode properties = schema.putObject("properties");
        properties.putObject(name).put("type", "array").set("items", item);
        properties.putObject("first").put("type", "string");
        properties.putObject("next").put("type", "string");
        properties.putObject("schema").put("type", "string");
        ArrayNode links = schema.putArray("links");
        for (String relation : List.of("first", "next")) {
            links.addObject().put("rel", relation).put("href", "{" + relation + "}");
        }
        links.addObject().put("rel", "describedby").put("href", "{schema}");
        return schema;
    }

    private static ObjectNode read(String file) {
        try (InputStream in = PublishedSchemas.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the program");
            }
            return (ObjectNode) JSON.readTree(in);
        } catch (IOException broken) {
            throw new IllegalStateException(file + " in the program is broken", broken);
        }
    }
}
