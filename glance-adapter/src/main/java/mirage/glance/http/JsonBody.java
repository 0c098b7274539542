package mirage.glance.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;

/** Reads bodies of JSON, which are small: the only request body that is held whole. */
public final class JsonBody {
    private static final int MAX_BYTES = 1 << 20;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonBody() {}

    /**
     * The body, an object or an array.
     *
     * @throws HttpFailure 400 for another one or none, 413 for one over a mebibyte
     */
    public static JsonNode read(Exchange exchange) throws IOException {
        if (!exchange.hasBody()) {
            throw HttpFailure.badRequest("Body expected in request.");
        }
        byte[] bytes;
        try {
            bytes = exchange.body().readNBytes(MAX_BYTES + 1);
        } catch (IOException broken) {
            throw HttpFailure.badRequest("The body of the request is malformed or ended early.");
        }
        if (bytes.length > MAX_BYTES) {
            throw HttpFailure.tooLarge("The body of the request has more than 1 MiB.");
        }
        JsonNode body;
        try {
            body = JSON.readTree(bytes);
        } catch (JacksonException malformed) {
            throw HttpFailure.badRequest("Malformed JSON in request body.");
        }
        if (!body.isContainerNode()) {
            throw HttpFailure.badRequest("Unexpected body type. Expected list/dict.");
        }
        return body;
    }
}
