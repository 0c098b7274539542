package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;
import mirage.glance.quota.Quotas;
import mirage.glance.transfer.ImportRequest.Method;

import java.io.IOException;
import java.util.List;

/** {@code /v2/info/…}: what this service can do. */
final class InfoHandler {
    private final List<Method> methods;
    private final Quotas quotas;

    InfoHandler(ImageService service) {
        this.methods = service.settings().importMethods();
        this.quotas = service.quotas();
    }

    /** What the caller's project has and may have; an empty object where no limits of Keystone count. */
    void usage(Exchange exchange) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode json = answer.putObject("usage");
        quotas.usageOf(exchange.caller().projectId())
                .forEach((name, usage) ->
                        json.putObject(name)
                                .put("usage", usage.usage())
                                .put("limit", usage.limit()));
        exchange.answerJson(200, answer);
    }

    /** An empty list says that there is no import; clients and tempest take it as that. */
    void importMethods(Exchange exchange) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode json = answer.putObject("import-methods");
        json.put("description", "Import methods available.");
        json.put("type", "array");
        ArrayNode list = json.putArray("value");
        methods.forEach(method -> list.add(method.wireName()));
        exchange.answerJson(200, answer);
    }
}
