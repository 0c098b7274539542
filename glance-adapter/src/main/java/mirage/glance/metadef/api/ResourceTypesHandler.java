package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Definitions;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.ResourceTypeAssociation;
import mirage.glance.policy.RuleNames;

import java.io.IOException;
import java.time.Clock;

/** {@code /v2/metadefs/resource_types} and {@code /v2/metadefs/namespaces/{namespace}/resource_types}. */
final class ResourceTypesHandler {
    private final Metadefs metadefs;
    private final MetadefAccess access;
    private final MetadefEvents events;
    private final Clock clock;

    ResourceTypesHandler(
            Metadefs metadefs, MetadefAccess access, MetadefEvents events, Clock clock) {
        this.metadefs = metadefs;
        this.access = access;
        this.events = events;
        this.clock = clock;
    }

    void list(Exchange exchange) throws IOException {
        access.require(RuleNames.LIST_METADEF_RESOURCE_TYPES, exchange);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode types = answer.putArray("resource_types");
        metadefs.resourceTypes().list().forEach(type -> types.add(MetadefJson.named(type)));
        exchange.answerJson(200, answer);
    }

    void listOfNamespace(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.LIST_METADEF_RESOURCE_TYPES, exchange, namespace);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode associations = answer.putArray("resource_type_associations");
        if (access.permits(RuleNames.GET_METADEF_RESOURCE_TYPE, exchange, namespace)) {
            metadefs.resourceTypes()
                    .list(namespace.id())
                    .forEach(one -> associations.add(MetadefJson.association(one)));
        }
        exchange.answerJson(200, answer);
    }

    void associate(Exchange exchange) throws IOException {
        ResourceTypeAssociation association =
                Definitions.association(Bodies.read(exchange, Bodies.TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.ADD_METADEF_RESOURCE_TYPE_ASSOCIATION, exchange, namespace);
        Dated<ResourceTypeAssociation> created =
                metadefs.resourceTypes().add(namespace.id(), association, clock.instant());
        events.createdAssociation(namespace, created);
        exchange.answerJson(201, MetadefJson.association(created));
    }

    void dissociate(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.REMOVE_METADEF_RESOURCE_TYPE_ASSOCIATION, exchange, namespace);
        String name = exchange.variable("resource_type");
        MetadefAccess.requireNotProtected(namespace, "resource-type-association " + name);
        Dated<ResourceTypeAssociation> association =
                metadefs.resourceTypes().find(namespace.id(), name);
        if (association == null || !metadefs.resourceTypes().remove(namespace.id(), name)) {
            throw HttpFailure.notFound("Failed to find resource type " + name + " to delete");
        }
        events.deletedAssociation(namespace, association);
        exchange.answerNoContent();
    }
}
