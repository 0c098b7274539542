package mirage.glance.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;

import java.io.IOException;

/** {@code /v2/info/…}: what this service can do. */
final class InfoHandler {
    /** There is no import: the list is empty, which clients and tempest take as that. */
    void importMethods(Exchange exchange) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode methods = answer.putObject("import-methods");
        methods.put("description", "Import methods available.");
        methods.put("type", "array");
        methods.putArray("value");
        exchange.answerJson(200, answer);
    }
}
