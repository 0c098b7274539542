package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Endpoint;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.QueryString.Parameter;
import mirage.glance.http.Router.Route;
import mirage.glance.metadef.DefinitionExistsException;
import mirage.glance.metadef.DefinitionRefusedException;
import mirage.glance.metadef.MetadefSchemas;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.NamespaceGoneException;
import mirage.glance.policy.Policy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The calls about metadata definitions.
 *
 * <pre>
 *   /v2
 *   ├─ metadefs
 *   │  ├─ namespaces              GET list · POST create
 *   │  │  └─ {namespace}          GET show · PUT replace · DELETE
 *   │  │     ├─ objects           GET list · POST create · DELETE all
 *   │  │     │  └─ {object}       GET show · PUT replace · DELETE
 *   │  │     ├─ properties        GET list · POST create · DELETE all
 *   │  │     │  └─ {property}     GET show · PUT replace · DELETE
 *   │  │     ├─ resource_types    GET list · POST associate
 *   │  │     │  └─ {resource_type}   DELETE
 *   │  │     └─ tags              GET list · POST replace all · DELETE all
 *   │  │        └─ {tag}          GET show · POST create · PUT rename · DELETE
 *   │  └─ resource_types          GET list
 *   └─ schemas/metadefs/…         GET
 * </pre>
 */
public final class MetadefApi {
    private static final String NAMESPACE = "/metadefs/namespaces/{namespace}";

    private MetadefApi() {}

    /**
     * The routes, below {@code /v2}.
     *
     * @param pageByDefault how many namespaces a list has that asks for no number
     * @param mostOfAPage how many it has at the most
     */
    public static List<Route> routes(
            Metadefs metadefs,
            Policy policy,
            MetadefEvents events,
            int pageByDefault,
            int mostOfAPage,
            Clock clock) {
        MetadefAccess access = new MetadefAccess(policy, metadefs.namespaces());
        NamespacesHandler namespaces =
                new NamespacesHandler(metadefs, access, events, pageByDefault, mostOfAPage, clock);
        List<Route> routes = new ArrayList<>();
        routes.addAll(namespaceRoutes(namespaces));
        routes.addAll(propertyRoutes(new PropertiesHandler(metadefs, access, events), namespaces));
        routes.addAll(
                objectRoutes(new ObjectsHandler(metadefs, access, events, clock), namespaces));
        routes.addAll(tagRoutes(new TagsHandler(metadefs, access, events, clock), namespaces));
        routes.addAll(
                resourceTypeRoutes(new ResourceTypesHandler(metadefs, access, events, clock)));
        routes.addAll(schemaRoutes());
        return routes;
    }

    private static List<Route> namespaceRoutes(NamespacesHandler namespaces) {
        return List.of(
                Route.at("/metadefs/namespaces")
                        .on("GET", guarded(namespaces::list))
                        .on("POST", guarded(namespaces::create)),
                Route.at(NAMESPACE)
                        .bodilessOn("GET", guarded(namespaces::show))
                        .on("PUT", guarded(namespaces::update))
                        .bodilessOn("DELETE", guarded(namespaces::delete)));
    }

    private static List<Route> propertyRoutes(
            PropertiesHandler properties, NamespacesHandler namespaces) {
        return List.of(
                Route.at(NAMESPACE + "/properties")
                        .bodilessOn("GET", guarded(properties::list))
                        .on("POST", guarded(properties::create))
                        .bodilessOn("DELETE", guarded(namespaces::deleteProperties)),
                Route.at(NAMESPACE + "/properties/{property}")
                        .on("GET", guarded(properties::show))
                        .on("PUT", guarded(properties::update))
                        .bodilessOn("DELETE", guarded(properties::delete)));
    }

    private static List<Route> objectRoutes(ObjectsHandler objects, NamespacesHandler namespaces) {
        return List.of(
                Route.at(NAMESPACE + "/objects")
                        .on("GET", guarded(objects::list))
                        .on("POST", guarded(objects::create))
                        .bodilessOn("DELETE", guarded(namespaces::deleteObjects)),
                Route.at(NAMESPACE + "/objects/{object}")
                        .bodilessOn("GET", guarded(objects::show))
                        .on("PUT", guarded(objects::update))
                        .bodilessOn("DELETE", guarded(objects::delete)));
    }

    private static List<Route> tagRoutes(TagsHandler tags, NamespacesHandler namespaces) {
        return List.of(
                Route.at(NAMESPACE + "/tags")
                        .on("GET", guarded(tags::list))
                        .on("POST", guarded(tags::replaceAll))
                        .bodilessOn("DELETE", guarded(namespaces::deleteTags)),
                Route.at(NAMESPACE + "/tags/{tag}")
                        .bodilessOn("GET", guarded(tags::show))
                        .bodilessOn("POST", guarded(tags::create))
                        .on("PUT", guarded(tags::update))
                        .bodilessOn("DELETE", guarded(tags::delete)));
    }

    private static List<Route> resourceTypeRoutes(ResourceTypesHandler types) {
        return List.of(
                Route.at("/metadefs/resource_types").bodilessOn("GET", guarded(types::list)),
                Route.at(NAMESPACE + "/resource_types")
                        .bodilessOn("GET", guarded(types::listOfNamespace))
                        .on("POST", guarded(types::associate)),
                Route.at(NAMESPACE + "/resource_types/{resource_type}")
                        .bodilessOn("DELETE", guarded(types::dissociate)));
    }

    private static List<Route> schemaRoutes() {
        List<Route> routes = new ArrayList<>();
        for (Map.Entry<String, ObjectNode> schema : MetadefSchemas.published().entrySet()) {
            routes.add(
                    Route.at("/schemas/metadefs/" + schema.getKey())
                            .bodilessOn(
                                    "GET",
                                    exchange -> exchange.answerJson(200, schema.getValue())));
        }
        return routes;
    }

    /** Answers with a status to what definitions are refused for, and lets no text in that no database keeps. */
    private static Endpoint guarded(Endpoint endpoint) {
        return exchange -> {
            requireStorable(exchange);
            try {
                endpoint.handle(exchange);
            } catch (DefinitionRefusedException refused) {
                throw HttpFailure.badRequest(String.valueOf(refused.getMessage()));
            } catch (DefinitionExistsException exists) {
                throw HttpFailure.conflict(String.valueOf(exists.getMessage()));
            } catch (NamespaceGoneException gone) {
                throw HttpFailure.notFound(String.valueOf(gone.getMessage()));
            }
        };
    }

    /** PostgreSQL knows no text with U+0000. In a path the HTTP server lets none through. */
    private static void requireStorable(Exchange exchange) {
        for (Parameter parameter : exchange.query().parameters()) {
            if (parameter.value().indexOf('\0') >= 0) {
                throw HttpFailure.badRequest("A parameter holds the character U+0000.");
            }
        }
    }
}
