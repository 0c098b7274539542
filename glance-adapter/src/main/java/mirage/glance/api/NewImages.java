package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.schema.ImageSchema;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/** What a client says of an image that is to be. */
public final class NewImages {
    private NewImages() {}

    /**
     * Reads the attributes of a new image.
     *
     * @param schema what an image can have
     * @param body a JSON object of them; an id among them is left to others
     * @param owner of the image, unless the body says another
     * @throws HttpFailure 400 or 403 for what an image cannot have or a client may not say
     */
    public static ImageAttributes attributes(
            ImageSchema schema, JsonNode body, @Nullable String owner) {
        if (!body.isObject()) {
            throw HttpFailure.badRequest("Request body must be a JSON object.");
        }
        body.fieldNames().forEachRemaining(ImageSchema::requireNotReserved);
        ImageAttributes.Draft draft = new ImageAttributes.Draft().owner(owner);
        for (Map.Entry<String, JsonNode> attribute : body.properties()) {
            if (!attribute.getKey().equals("id")) {
                schema.set(draft, attribute.getKey(), attribute.getValue());
            }
        }
        return draft.build();
    }
}
