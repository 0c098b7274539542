package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.identity.Caller;
import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Definitions;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceContents;
import mirage.glance.metadef.NamespaceDocument;
import mirage.glance.metadef.NamespaceQuery;
import mirage.glance.metadef.ResourceTypeAssociation;
import mirage.glance.metadef.Tags;
import mirage.glance.policy.RuleNames;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** {@code /v2/metadefs/namespaces} and one of them. */
final class NamespacesHandler {
    private final Metadefs metadefs;
    private final MetadefAccess access;
    private final MetadefEvents events;
    private final int pageByDefault;
    private final int mostOfAPage;
    private final Clock clock;

    NamespacesHandler(
            Metadefs metadefs,
            MetadefAccess access,
            MetadefEvents events,
            int pageByDefault,
            int mostOfAPage,
            Clock clock) {
        this.metadefs = metadefs;
        this.access = access;
        this.events = events;
        this.pageByDefault = pageByDefault;
        this.mostOfAPage = mostOfAPage;
        this.clock = clock;
    }

    void list(Exchange exchange) throws IOException {
        NamespaceListRequest request =
                NamespaceListRequest.of(exchange.query(), pageByDefault, mostOfAPage);
        access.require(RuleNames.GET_METADEF_NAMESPACES, exchange);
        access.require(RuleNames.LIST_METADEF_RESOURCE_TYPES, exchange);
        Caller caller = exchange.caller();
        Namespace after =
                request.marker() == null ? null : access.visible(exchange, request.marker());
        List<Namespace> page =
                permitted(
                        request.queryFor(access.isAdmin(caller), caller.projectId(), after),
                        caller);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode namespaces = answer.putArray("namespaces");
        for (Namespace namespace : page) {
            namespaces.add(
                    MetadefJson.namespace(
                            namespace, metadefs.resourceTypes().list(namespace.id())));
        }
        if (!page.isEmpty() && page.size() == request.limit()) {
            answer.put("next", request.linkAfter(page.getLast().name()));
        }
        answer.put("schema", "/v2/schemas/metadefs/namespaces");
        answer.put("first", request.linkToFirst());
        exchange.answerJson(200, answer);
    }

    /** Fills a page with namespaces that the rules show to a caller. */
    private List<Namespace> permitted(NamespaceQuery wanted, Caller caller) {
        List<Namespace> page = new ArrayList<>();
        NamespaceQuery query = wanted;
        while (query.limit() > 0) {
            List<Namespace> batch = metadefs.namespaces().list(query);
            for (Namespace namespace : batch) {
                if (access.permitsShowing(namespace, caller)) {
                    page.add(namespace);
                }
            }
            if (batch.size() < query.limit()) {
                break;
            }
            query = wanted.from(batch.getLast(), wanted.limit() - page.size());
        }
        return page;
    }

    void create(Exchange exchange) throws IOException {
        NamespaceDocument document =
                Definitions.namespace(
                        Bodies.read(exchange, Bodies.LINKS_AND_TIMES),
                        exchange.caller().projectId());
        requireMayCreate(exchange, document.contents());
        Namespace namespace = metadefs.namespaces().create(document, clock.instant());
        events.createdNamespace(namespace, document.contents());
        exchange.answerHeader(
                "Location",
                exchange.origin() + MetadefJson.NAMESPACES + "/" + segment(namespace.name()));
        exchange.answerJson(201, MetadefJson.created(namespace, document.contents()));
    }

    private void requireMayCreate(Exchange exchange, NamespaceContents contents) {
        access.require(RuleNames.ADD_METADEF_NAMESPACE, exchange);
        if (!contents.associations().isEmpty()) {
            access.require(RuleNames.ADD_METADEF_RESOURCE_TYPE_ASSOCIATION, exchange);
        }
        if (!contents.objects().isEmpty()) {
            access.require(RuleNames.ADD_METADEF_OBJECT, exchange);
        }
        if (!contents.properties().isEmpty()) {
            access.require(RuleNames.ADD_METADEF_PROPERTY, exchange);
        }
        if (!contents.tags().isEmpty()) {
            access.require(RuleNames.ADD_METADEF_TAG, exchange);
        }
    }

    void show(Exchange exchange) throws IOException {
        NamespaceListRequest.requireVisibility(exchange.query().last("visibility"));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_NAMESPACE, exchange, namespace);
        access.require(RuleNames.LIST_METADEF_RESOURCE_TYPES, exchange, namespace);
        access.require(RuleNames.GET_METADEF_OBJECTS, exchange, namespace);
        access.require(RuleNames.GET_METADEF_PROPERTIES, exchange, namespace);
        access.require(RuleNames.GET_METADEF_TAGS, exchange, namespace);
        long id = namespace.id();
        List<Dated<ResourceTypeAssociation>> associations = metadefs.resourceTypes().list(id);
        List<String> tags = metadefs.tags().list(id, Tags.Query.all());
        exchange.answerJson(
                200,
                MetadefJson.whole(
                        namespace,
                        associations,
                        metadefs.properties().list(id),
                        metadefs.objects().list(id),
                        tags == null ? List.of() : tags,
                        prefix(associations, exchange.query().last("resource_type"))));
    }

    private static String prefix(
            List<Dated<ResourceTypeAssociation>> associations, @Nullable String resourceType) {
        for (Dated<ResourceTypeAssociation> association : associations) {
            String prefix = association.value().prefix();
            if (association.value().resourceType().equals(resourceType) && prefix != null) {
                return prefix;
            }
        }
        return "";
    }

    /** Replaces what is said of a namespace. What the body says of its content is not looked at any further. */
    void update(Exchange exchange) throws IOException {
        NamespaceDocument document =
                Definitions.namespace(
                        Bodies.read(exchange, Bodies.LINKS_AND_TIMES),
                        exchange.caller().projectId());
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.MODIFY_METADEF_NAMESPACE, exchange, namespace);
        Namespace updated =
                metadefs.namespaces()
                        .update(namespace.id(), document.attributes(), clock.instant());
        events.updatedNamespace(namespace.name(), updated);
        exchange.answerJson(200, MetadefJson.namespace(updated));
    }

    void delete(Exchange exchange) throws IOException {
        Namespace namespace = emptied(exchange);
        metadefs.namespaces().delete(namespace.id());
        events.deletedNamespace(namespace);
        exchange.answerNoContent();
    }

    void deleteProperties(Exchange exchange) throws IOException {
        Namespace namespace = emptied(exchange);
        metadefs.properties().removeAll(namespace.id());
        events.deletedProperties(namespace);
        exchange.answerNoContent();
    }

    void deleteObjects(Exchange exchange) throws IOException {
        Namespace namespace = emptied(exchange);
        metadefs.objects().removeAll(namespace.id());
        events.deletedObjects(namespace);
        exchange.answerNoContent();
    }

    void deleteTags(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.DELETE_METADEF_NAMESPACE, exchange, namespace);
        access.require(RuleNames.DELETE_METADEF_TAGS, exchange, namespace);
        requireNotProtected(namespace);
        metadefs.tags().removeAll(namespace.id());
        events.deletedTags(namespace);
        exchange.answerNoContent();
    }

    /** A namespace that the caller may delete, and so may all of one kind in it. */
    private Namespace emptied(Exchange exchange) {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.DELETE_METADEF_NAMESPACE, exchange, namespace);
        requireNotProtected(namespace);
        return namespace;
    }

    private static void requireNotProtected(Namespace namespace) {
        MetadefAccess.requireNotProtected(namespace, "namespace " + namespace.name());
    }

    /** A name as a segment of a path; colons, which most namespaces have, stay. */
    private static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":");
    }
}
