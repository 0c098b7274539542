package mirage.glance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Version negotiation. A request names its version by the first segment of its path, {@code /v2} or {@code /v2.7}, or by
 * the media type {@code application/vnd.openstack.images-v2} in Accept. What comes next sees the path behind the
 * version. {@code /versions} and every request for a version that there is not are answered with the list of versions,
 * without a token.
 */
public final class Versions implements Endpoint {
    private static final String MEDIA_TYPE = "application/vnd.openstack.images-";
    private static final String PREFIX = "v2";
    private static final String ROUTE = "/versions";

    private final Endpoint next;
    private final List<String> advertised;

    /**
     * @param advertised ids of the versions served, the current one first, such as {@code v2.9}
     */
    public Versions(Endpoint next, List<String> advertised) {
        this.next = next;
        this.advertised = List.copyOf(advertised);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        List<String> path = exchange.path();
        String first = path.isEmpty() ? "" : path.getFirst();
        String accept = exchange.header("Accept");
        String asked = accept == null || !accept.startsWith(MEDIA_TYPE) ? null : accept;
        String version = asked == null ? first : asked.substring(MEDIA_TYPE.length());
        if (!first.equals("versions") && isServed(version)) {
            exchange.path(asked == null ? path.subList(1, path.size()) : path);
            next.handle(exchange);
            return;
        }
        exchange.route(ROUTE);
        if (exchange.method().equals("HEAD")) {
            throw new HttpFailure(405, "Only GET is allowed here.", Map.of("Allow", "GET"));
        } else {
            exchange.answerJson(first.equals("versions") ? 200 : 300, document(exchange));
        }
    }

    private boolean isServed(String version) {
        return version.equals(PREFIX) || advertised.contains(version);
    }

    private ObjectNode document(Exchange exchange) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode versions = document.putArray("versions");
        for (String id : advertised) {
            ObjectNode version = versions.addObject();
            version.put("id", id);
            version.put("status", id.equals(advertised.getFirst()) ? "CURRENT" : "SUPPORTED");
            version.putArray("links")
                    .addObject()
                    .put("rel", "self")
                    .put("href", exchange.origin() + "/" + PREFIX + "/");
        }
        return document;
    }
}
