package mirage.glance.schema;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON schemas that clients read under {@code /v2/schemas/}, by name. glanceclient checks every image that it sees
 * against them, and the order of properties is that of its {@code glance explain}. A schema is a file beside this class;
 * the lists of formats are filled in.
 */
public final class PublishedSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> LEFT_OUT_OF_TASK_LISTS =
            List.of("input", "result", "message");
    private static final List<String> TASK_TYPES = typesIn(read("task.json"));

    private PublishedSchemas() {}

    /**
     * Every schema by its name, such as {@code image}.
     *
     * <p>Glance lists {@code stores} among the properties of an image also where it has a single store and never shows
     * it. Here it is left out then: the {@code glance} command 4.1.0 makes an option of each property and then fails in
     * every call, as it has an option of that name already. Where images say which stores have them it is there: Cinder
     * takes what the schema does not list for a custom property of its own, and sends it back with the next image.
     *
     * @param formats that images may be of
     * @param namedStores whether images say which stores have them
     */
    public static Map<String, ObjectNode> all(FormatNames formats, boolean namedStores) {
        ObjectNode image = read("image.json");
        if (!namedStores) {
            image.withObject("/properties").remove("stores");
        }
        fill(image, "disk_format", formats.disk());
        fill(image, "container_format", formats.container());
        Map<String, ObjectNode> schemas = new LinkedHashMap<>();
        schemas.put("image", image);
        schemas.put("images", pagesOf("images", image));
        ObjectNode member = read("member.json");
        schemas.put("member", member);
        schemas.put("members", listOf("members", member));
        ObjectNode task = read("task.json");
        schemas.put("task", task);
        ObjectNode inList = task.deepCopy();
        inList.withObject("/properties").remove(LEFT_OUT_OF_TASK_LISTS);
        schemas.put("tasks", listOf("tasks", inList));
        return schemas;
    }

    /** The types that tasks may have: clients refuse a task of another one. */
    public static List<String> taskTypes() {
        return TASK_TYPES;
    }

    private static List<String> typesIn(ObjectNode task) {
        List<String> types = new ArrayList<>();
        task.at("/properties/type/enum").forEach(type -> types.add(type.textValue()));
        return List.copyOf(types);
    }

    private static void fill(ObjectNode schema, String property, List<String> values) {
        ArrayNode permitted = schema.withObject("/properties/" + property).putArray("enum");
        permitted.addNull();
        values.forEach(permitted::add);
    }

    private static ObjectNode listOf(String name, ObjectNode item) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("name", name);
        ObjectNode properties = schema.putObject("properties");
        properties.putObject(name).put("type", "array").set("items", item);
        properties.putObject("schema").put("type", "string");
        link(schema.putArray("links"), "describedby", "schema");
        return schema;
    }

    private static ObjectNode pagesOf(String name, ObjectNode item) {
        ObjectNode schema = listOf(name, item);
        ArrayNode links = schema.putArray("links");
        for (String page : List.of("first", "next")) {
            schema.withObject("/properties").putObject(page).put("type", "string");
            link(links, page, page);
        }
        link(links, "describedby", "schema");
        return schema;
    }

    private static void link(ArrayNode links, String relation, String property) {
        links.addObject().put("rel", relation).put("href", "{" + property + "}");
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
