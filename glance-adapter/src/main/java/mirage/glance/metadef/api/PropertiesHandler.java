package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.metadef.Definitions;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.PropertyDefinition;
import mirage.glance.policy.RuleNames;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** {@code /v2/metadefs/namespaces/{namespace}/properties}. */
final class PropertiesHandler {
    private static final String KIND = "property";

    private final Metadefs metadefs;
    private final MetadefAccess access;
    private final MetadefEvents events;

    PropertiesHandler(Metadefs metadefs, MetadefAccess access, MetadefEvents events) {
        this.metadefs = metadefs;
        this.access = access;
        this.events = events;
    }

    void list(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_PROPERTIES, exchange, namespace);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set(
                "properties",
                MetadefJson.properties(metadefs.properties().list(namespace.id()), ""));
        exchange.answerJson(200, answer);
    }

    void create(Exchange exchange) throws IOException {
        PropertyDefinition property = Definitions.property(Bodies.read(exchange, Bodies.TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.ADD_METADEF_PROPERTY, exchange, namespace);
        metadefs.properties().add(namespace.id(), property);
        events.createdProperty(namespace, property);
        exchange.answerJson(201, MetadefJson.property(property));
    }

    void show(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_PROPERTY, exchange, namespace);
        String name = exchange.variable("property");
        String resourceType = exchange.query().last("resource_type");
        if (resourceType != null && !resourceType.isEmpty()) {
            access.require(RuleNames.GET_METADEF_RESOURCE_TYPE, exchange, namespace);
            name = withoutPrefix(name, prefix(namespace, resourceType));
        }
        PropertyDefinition property =
                Names.found(metadefs.properties().find(namespace.id(), name), KIND, name);
        exchange.answerJson(200, MetadefJson.property(property));
    }

    private @Nullable String prefix(Namespace namespace, String resourceType) {
        return Names.found(
                        metadefs.resourceTypes().find(namespace.id(), resourceType),
                        "resource type association",
                        resourceType)
                .value()
                .prefix();
    }

    private static String withoutPrefix(String name, @Nullable String prefix) {
        if (prefix == null || prefix.isEmpty() || !name.startsWith(prefix)) {
            throw HttpFailure.notFound(
                    "Property "
                            + name
                            + " does not start with the expected resource type association prefix"
                            + " of '"
                            + prefix
                            + "'.");
        }
        return name.substring(prefix.length());
    }

    void update(Exchange exchange) throws IOException {
        PropertyDefinition property = Definitions.property(Bodies.read(exchange, Bodies.TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.MODIFY_METADEF_PROPERTY, exchange, namespace);
        String name = exchange.variable(KIND);
        if (!metadefs.properties().replace(namespace.id(), name, property)) {
            throw HttpFailure.notFound("Could not find property " + name);
        }
        events.updatedProperty(namespace, name, property);
        exchange.answerJson(200, MetadefJson.property(property));
    }

    void delete(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.REMOVE_METADEF_PROPERTY, exchange, namespace);
        String name = exchange.variable(KIND);
        MetadefAccess.requireNotProtected(namespace, "property " + name);
        PropertyDefinition property =
                Names.found(metadefs.properties().find(namespace.id(), name), KIND, name);
        Names.requireRemoved(metadefs.properties().remove(namespace.id(), name), KIND, name);
        events.deletedProperty(namespace, property);
        exchange.answerNoContent();
    }
}
