package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;

import java.io.IOException;
import java.util.List;

/** Bodies of requests, which may not say what only the service sets. */
final class Bodies {
    /** Attributes of everything that only the service sets. */
    static final List<String> TIMES = List.of("created_at", "updated_at");

    /** The same of what has an address of its own. */
    static final List<String> LINKS_AND_TIMES =
            List.of("self", "schema", "created_at", "updated_at");

    private Bodies() {}

    /**
     * The body of a request.
     *
     * @throws HttpFailure 403 when it says one of these attributes
     */
    static JsonNode read(Exchange exchange, List<String> readOnly) throws IOException {
        JsonNode body = JsonBody.read(exchange);
        for (String attribute : readOnly) {
            if (body.has(attribute)) {
                throw HttpFailure.forbidden("Attribute '" + attribute + "' is read-only.");
            }
        }
        return body;
    }
}
