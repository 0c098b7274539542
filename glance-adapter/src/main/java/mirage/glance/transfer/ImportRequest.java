package mirage.glance.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an import is to do, as its task keeps it: the JSON that Glance's tasks have.
 *
 * @param method where the bytes come from
 * @param details of the method as the client gave them, such as its {@code uri}
 * @param stores ids of the stores that are to have the image, at least one
 * @param allMustSucceed whether no store shall have it when one cannot
 */
public record ImportRequest(
        ImageId image,
        Method method,
        JsonNode details,
        List<String> stores,
        boolean allMustSucceed) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public ImportRequest {
        stores = List.copyOf(stores);
    }

    /** Where the bytes of an import come from. */
    public enum Method {
        /** From the staging area. */
        GLANCE_DIRECT,
        /** From an address on the web. */
        WEB_DOWNLOAD,
        /** From a store that has the image already. */
        COPY_IMAGE,
        /** From the Image API of another region. */
        GLANCE_DOWNLOAD;

        /** As the Image API writes it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The input of the task. */
    public String toJson() {
        ObjectNode input = JSON.createObjectNode();
        input.put("image_id", image.value());
        ObjectNode request = input.putObject("import_req");
        request.set("method", details);
        request.put("all_stores_must_succeed", allMustSucceed);
        ArrayNode backend = input.putArray("backend");
        stores.forEach(backend::add);
        return input.toString();
    }

    /** Reads back what {@link #toJson} wrote. */
    static ImportRequest parse(String input) {
        try {
            JsonNode json = JSON.readTree(input);
            JsonNode details = json.path("import_req").path("method");
            List<String> stores = new ArrayList<>();
            json.path("backend").forEach(store -> stores.add(store.asText()));
            return new ImportRequest(
                    new ImageId(json.path("image_id").asText()),
                    Method.valueOf(
                            details.path("name")
                                    .asText()
                                    .toUpperCase(Locale.ROOT)
                                    .replace('-', '_')),
                    details,
                    stores,
                    json.path("import_req").path("all_stores_must_succeed").asBoolean());
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("the input of a task is no JSON: " + input, broken);
        }
    }
}
