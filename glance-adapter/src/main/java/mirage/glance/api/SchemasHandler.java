package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Endpoint;
import mirage.glance.schema.FormatNames;
import mirage.glance.schema.PublishedSchemas;

import java.util.Map;
import java.util.Set;

/** {@code /v2/schemas/…}: the same answer for everyone. */
final class SchemasHandler {
    private final Map<String, ObjectNode> schemas;

    SchemasHandler(FormatNames formats, boolean namedStores) {
        schemas = PublishedSchemas.all(formats, namedStores);
    }

    /** Path of each schema below {@code /v2/schemas/}. */
    Set<String> names() {
        return schemas.keySet();
    }

    /** Answers with the schema of that name. */
    Endpoint schema(String name) {
        ObjectNode schema = schemas.get(name);
        if (schema == null) {
            throw new IllegalArgumentException("no schema " + name);
        }
        return exchange -> exchange.answerJson(200, schema);
    }
}
