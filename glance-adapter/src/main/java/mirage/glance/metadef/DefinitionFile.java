package mirage.glance.metadef;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * A namespace in a file, in the form of those that distributions install below {@code /etc/glance/metadefs} and that
 * {@code glance-manage db_export_metadefs} writes: the JSON that creates it, where what is null is not said.
 */
public final class DefinitionFile {
    private static final int MAX_BYTES = 4 << 20;

    /** Owner of a namespace whose file names none, as Glance has it. */
    private static final String OWNER = "admin";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private DefinitionFile() {}

    /**
     * Reads a file.
     *
     * @throws IOException when it cannot be read
     * @throws DefinitionRefusedException when it holds no namespace that can be kept
     * @throws DefinitionExistsException when it names something twice
     */
    public static NamespaceDocument read(Path file) throws IOException {
        JsonNode json;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new DefinitionRefusedException("it has more than 4 MiB");
            }
            json = JSON.readTree(bytes);
        } catch (JacksonException malformed) {
            throw new DefinitionRefusedException(
                    "it is not JSON: " + malformed.getOriginalMessage());
        }
        dropNulls(json);
        json.path("resource_type_associations").forEach(DefinitionFile::dropNulls);
        json.path("objects").forEach(DefinitionFile::dropNulls);
        return Definitions.namespace(json, OWNER);
    }

    /** Writes a file, in the place of one that is there. */
    public static void write(Path file, NamespaceDocument document) throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        Files.writeString(file, JSON.writer(printer).writeValueAsString(json(document)) + "\n");
    }

    private static ObjectNode json(NamespaceDocument document) {
        NamespaceAttributes attributes = document.attributes();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("namespace", attributes.name());
        putIfSaid(json, "display_name", attributes.displayName());
        putIfSaid(json, "description", attributes.description());
        json.put("visibility", attributes.visibility());
        json.put("protected", attributes.isProtected());
        json.put("owner", attributes.owner());
        ArrayNode associations = json.putArray("resource_type_associations");
        for (ResourceTypeAssociation one : document.contents().associations()) {
            ObjectNode association = associations.addObject().put("name", one.resourceType());
            putIfSaid(association, "prefix", one.prefix());
            putIfSaid(association, "properties_target", one.target());
        }
        ObjectNode properties = json.putObject("properties");
        document.contents()
                .properties()
                .forEach(one -> properties.set(one.name(), one.definition()));
        ArrayNode objects = json.putArray("objects");
        for (ObjectDefinition one : document.contents().objects()) {
            ObjectNode object = objects.addObject().put("name", one.name());
            putIfSaid(object, "description", one.description());
            ArrayNode required = object.putArray("required");
            one.required().forEach(required::add);
            object.set("properties", one.properties());
        }
        ArrayNode tags = json.putArray("tags");
        document.contents().tags().forEach(tag -> tags.addObject().put("name", tag));
        return json;
    }

    private static void putIfSaid(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void dropNulls(JsonNode json) {
        for (Iterator<JsonNode> values = json.iterator(); json.isObject() && values.hasNext(); ) {
            if (values.next().isNull()) {
                values.remove();
            }
        }
    }
}
