package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.QueryString;
import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Definitions;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.ObjectDefinition;
import mirage.glance.policy.RuleNames;

import java.io.IOException;
import java.time.Clock;

/** {@code /v2/metadefs/namespaces/{namespace}/objects}. */
final class ObjectsHandler {
    private static final String KIND = "metadata object";

    private final Metadefs metadefs;
    private final MetadefAccess access;
    private final MetadefEvents events;
    private final Clock clock;

    ObjectsHandler(Metadefs metadefs, MetadefAccess access, MetadefEvents events, Clock clock) {
        this.metadefs = metadefs;
        this.access = access;
        this.events = events;
        this.clock = clock;
    }

    /** Lists all: Glance checks the parameters for a page and then takes no notice of them. */
    void list(Exchange exchange) throws IOException {
        requirePossible(exchange.query());
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_OBJECTS, exchange, namespace);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode objects = answer.putArray("objects");
        if (access.permits(RuleNames.GET_METADEF_OBJECT, exchange, namespace)) {
            for (Dated<ObjectDefinition> object : metadefs.objects().list(namespace.id())) {
                objects.add(MetadefJson.object(namespace, object, ""));
            }
        }
        // Without the slash at its beginning, as Glance sends it.
        answer.put("schema", "v2/schemas/metadefs/objects");
        exchange.answerJson(200, answer);
    }

    private static void requirePossible(QueryString query) {
        String limit = query.last("limit");
        if (limit != null && NamespaceListRequest.limit(limit) == 0) {
            throw HttpFailure.badRequest("limit param must be positive");
        }
        NamespaceListRequest.isAscending(query.last("sort_dir"));
        TagsHandler.requireVisibility(query);
    }

    void create(Exchange exchange) throws IOException {
        ObjectDefinition object = Definitions.object(Bodies.read(exchange, Bodies.LINKS_AND_TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.ADD_METADEF_OBJECT, exchange, namespace);
        Dated<ObjectDefinition> created =
                metadefs.objects().add(namespace.id(), object, clock.instant());
        events.createdObject(namespace, created);
        exchange.answerJson(201, MetadefJson.given(namespace, created));
    }

    void show(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_OBJECT, exchange, namespace);
        String name = exchange.variable("object");
        Dated<ObjectDefinition> object =
                Names.found(metadefs.objects().find(namespace.id(), name), KIND, name);
        exchange.answerJson(200, MetadefJson.object(namespace, object, ""));
    }

    void update(Exchange exchange) throws IOException {
        ObjectDefinition object = Definitions.object(Bodies.read(exchange, Bodies.LINKS_AND_TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.MODIFY_METADEF_OBJECT, exchange, namespace);
        String name = exchange.variable("object");
        Dated<ObjectDefinition> updated =
                Names.found(
                        metadefs.objects().replace(namespace.id(), name, object, clock.instant()),
                        KIND,
                        name);
        events.updatedObject(namespace, name, updated);
        exchange.answerJson(200, MetadefJson.given(namespace, updated));
    }

    void delete(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.DELETE_METADEF_OBJECT, exchange, namespace);
        String name = exchange.variable("object");
        MetadefAccess.requireNotProtected(namespace, "object " + name);
        Dated<ObjectDefinition> object =
                Names.found(metadefs.objects().find(namespace.id(), name), KIND, name);
        Names.requireRemoved(metadefs.objects().remove(namespace.id(), name), KIND, name);
        events.deletedObject(namespace, object);
        exchange.answerNoContent();
    }
}
