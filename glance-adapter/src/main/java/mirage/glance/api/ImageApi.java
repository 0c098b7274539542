package mirage.glance.api;

import mirage.glance.cors.Cors;
import mirage.glance.cors.CorsRules;
import mirage.glance.http.AccessLog;
import mirage.glance.http.Authentication;
import mirage.glance.http.Endpoint;
import mirage.glance.http.ErrorBoundary;
import mirage.glance.http.Exchange;
import mirage.glance.http.Fork;
import mirage.glance.http.Healthcheck;
import mirage.glance.http.Readiness;
import mirage.glance.http.RequestIds;
import mirage.glance.http.Router;
import mirage.glance.http.Router.Route;
import mirage.glance.http.Versions;
import mirage.glance.identity.Identity;
import mirage.glance.metadef.api.MetadefApi;
import mirage.glance.transfer.ImageFacts;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The Image API as one endpoint.
 *
 * <pre>
 *   AccessLog                                one line per request
 *   └─ Cors                                  OPTIONS anywhere: 200
 *      └─ ErrorBoundary                      failures become pages
 *         └─ Healthcheck                     /healthcheck
 *            ├─ /deploy                      what stands beside the Image API: Authentication, RequestIds, its routes
 *            └─ Versions                     /  /versions  and every unknown version, without a token
 *               └─ Authentication            401
 *                  └─ RequestIds             431
 *                     └─ /v2               → /v2/
 *                        ├─ cache            GET show · DELETE clear
 *                        │  └─ {image}       PUT enqueue · DELETE
 *                        ├─ images           GET list · POST create
 *                        │  └─ {image}       GET show · PATCH · DELETE
 *                        │     ├─ actions
 *                        │     │  ├─ deactivate   POST
 *                        │     │  └─ reactivate   POST
 *                        │     ├─ file       GET download · PUT upload
 *                        │     ├─ import     POST
 *                        │     ├─ locations  GET list · POST add, where 2.17 is served
 *                        │     ├─ members    GET list · POST add
 *                        │     │  └─ {member}  GET show · PUT status · DELETE
 *                        │     ├─ stage      PUT
 *                        │     ├─ tags
 *                        │     │  └─ {tag}   PUT · DELETE
 *                        │     └─ tasks      GET
 *                        ├─ info
 *                        │  ├─ import        GET
 *                        │  ├─ stores        GET
 *                        │  │  └─ detail     GET
 *                        │  └─ usage         GET
 *                        ├─ metadefs         see MetadefApi
 *                        ├─ schemas
 *                        │  └─ …             GET
 *                        ├─ stores
 *                        │  └─ {store}/{image}  DELETE
 *                        └─ tasks            GET list · POST create
 *                           └─ {task}        GET show
 * </pre>
 *
 * Everything else is 404. The order of a path's methods is that of the header Allow.
 */
public final class ImageApi {
    /** How long a client is heard out whose body is refused. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String LOCATIONS_VERSION = "v2.17";
    private static final String BESIDE = "deploy";

    private ImageApi() {}

    /**
     * Builds the API.
     *
     * @param readiness what the healthcheck says
     * @param cors what pages of other origins may do
     * @param beside routes whose paths begin with {@code /deploy}; none when there is nothing of that kind
     */
    public static Endpoint over(
            ImageService service,
            Identity identity,
            Readiness readiness,
            CorsRules cors,
            List<Route> beside) {
        Endpoint versions =
                new Versions(
                        authenticated(slashed(routes(service)), service, identity),
                        service.settings().advertised());
        Endpoint all =
                beside.isEmpty()
                        ? versions
                        : new Fork(
                                BESIDE,
                                authenticated(Router.of(beside), service, identity),
                                versions);
        return new AccessLog(
                new Cors(new ErrorBoundary(new Healthcheck(all, readiness), PATIENCE), cors),
                System::nanoTime);
    }

    private static Endpoint authenticated(Endpoint next, ImageService service, Identity identity) {
        return new Authentication(new RequestIds(next, service.newIds()), identity);
    }

    private static Endpoint routes(ImageService service) {
        List<Route> routes = new ArrayList<>();
        routes.addAll(imageRoutes(service));
        routes.addAll(siteRoutes(service));
        routes.addAll(
                MetadefApi.routes(
                        service.metadefs(),
                        service.policy(),
                        service.metadefEvents(),
                        service.settings().limits().pages().byDefault(),
                        service.settings().limits().pages().most(),
                        service.clock()));
        return Router.of(routes);
    }

    private static List<Route> imageRoutes(ImageService service) {
        Access access = accessTo(service);
        ImageFacts facts = new ImageFacts(service.records(), service.stores());
        ImageJson json = new ImageJson(service.stores(), service.properties(), service.settings());
        ImagesHandler images = new ImagesHandler(service, access, facts, json);
        ImageHandler image = new ImageHandler(service, access, facts, json);
        ImageDataHandler data = new ImageDataHandler(service, access);
        ImportHandler imports = new ImportHandler(service, access);
        MembersHandler members = new MembersHandler(service, access);
        TagsHandler tags = new TagsHandler(service, access);
        LocationsHandler locations = new LocationsHandler(service, access, json);
        ActionsHandler actions = new ActionsHandler(service, access);
        TasksHandler tasks = new TasksHandler(service, access);
        List<Route> routes =
                new ArrayList<>(
                        List.of(
                                Route.at("/images")
                                        .on("GET", images::list)
                                        .on("POST", images::create),
                                Route.at("/images/{image}")
                                        .bodilessOn("GET", image::show)
                                        .on("PATCH", image::patch)
                                        .bodilessOn("DELETE", image::delete),
                                Route.at("/images/{image}/actions/deactivate")
                                        .bodilessOn("POST", actions::deactivate),
                                Route.at("/images/{image}/actions/reactivate")
                                        .bodilessOn("POST", actions::reactivate),
                                Route.at("/images/{image}/file")
                                        .bodilessOn("GET", data::download)
                                        .on("PUT", data::upload),
                                Route.at("/images/{image}/import").on("POST", imports::begin),
                                Route.at("/images/{image}/members")
                                        .bodilessOn("GET", members::list)
                                        .on("POST", members::add),
                                Route.at("/images/{image}/members/{member}")
                                        .bodilessOn("GET", members::show)
                                        .on("PUT", members::setStatus)
                                        .bodilessOn("DELETE", members::remove),
                                Route.at("/images/{image}/stage").on("PUT", data::stage),
                                Route.at("/images/{image}/tags/{tag}")
                                        .bodilessOn("PUT", tags::add)
                                        .bodilessOn("DELETE", tags::remove),
                                Route.at("/images/{image}/tasks")
                                        .bodilessOn("GET", tasks::ofImage)));
        if (service.settings().advertised().contains(LOCATIONS_VERSION)) {
            routes.add(
                    Route.at("/images/{image}/locations")
                            .bodilessOn("GET", locations::list)
                            .on("POST", locations::add));
        }
        return routes;
    }

    private static List<Route> siteRoutes(ImageService service) {
        Access access = accessTo(service);
        InfoHandler info = new InfoHandler(service);
        StoresHandler stores = new StoresHandler(service, access);
        TasksHandler tasks = new TasksHandler(service, access);
        List<Route> routes = new ArrayList<>();
        CacheHandler cache = new CacheHandler(service, access);
        routes.add(
                Route.at("/cache")
                        .bodilessOn("GET", cache::show)
                        .bodilessOn("DELETE", cache::clear));
        routes.add(
                Route.at("/cache/{image}")
                        .bodilessOn("PUT", cache::enqueue)
                        .bodilessOn("DELETE", cache::remove));
        routes.add(Route.at("/info/import").bodilessOn("GET", info::importMethods));
        routes.add(Route.at("/info/stores").bodilessOn("GET", stores::list));
        routes.add(Route.at("/info/stores/detail").bodilessOn("GET", stores::listWithDetails));
        routes.add(Route.at("/info/usage").bodilessOn("GET", info::usage));
        routes.add(Route.at("/stores/{store}/{image}").bodilessOn("DELETE", stores::deleteImage));
        routes.add(Route.at("/tasks").bodilessOn("GET", tasks::list).on("POST", tasks::create));
        routes.add(
                Route.at("/tasks/{task}")
                        .bodilessOn("GET", tasks::show)
                        .on("DELETE", tasks::delete));
        SchemasHandler schemas =
                new SchemasHandler(service.settings().formats(), service.stores().areNamed());
        for (String name : schemas.names()) {
            routes.add(Route.at("/schemas/" + name).bodilessOn("GET", schemas.schema(name)));
        }
        return routes;
    }

    private static Access accessTo(ImageService service) {
        return new Access(service.policy(), service.properties(), service.members());
    }

    /** Sends {@code /v2} to {@code /v2/}, which is not there: so Glance does. */
    private static Endpoint slashed(Endpoint next) {
        return exchange -> {
            if (exchange.path().isEmpty()) {
                redirect(exchange);
            } else {
                next.handle(exchange);
            }
        };
    }

    private static void redirect(Exchange exchange) throws IOException {
        exchange.answerHeader("Location", exchange.origin() + "/v2/");
        exchange.answer(302, "text/html; charset=UTF-8", "");
    }
}
