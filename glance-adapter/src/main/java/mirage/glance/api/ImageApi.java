package mirage.glance.api;

import mirage.glance.http.AccessLog;
import mirage.glance.http.Authentication;
import mirage.glance.http.Endpoint;
import mirage.glance.http.ErrorBoundary;
import mirage.glance.http.Exchange;
import mirage.glance.http.Healthcheck;
import mirage.glance.http.Preflight;
import mirage.glance.http.Readiness;
import mirage.glance.http.RequestIds;
import mirage.glance.http.Router;
import mirage.glance.http.Router.Route;
import mirage.glance.http.Versions;
import mirage.glance.identity.Identity;
import mirage.glance.record.ImageRecords;
import mirage.library.ImageLibrary;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The Image API as one endpoint.
 *
 * <pre>
 *   AccessLog                                one line per request
 *   └─ ErrorBoundary                         failures become pages
 *      └─ Preflight                          OPTIONS anywhere: 200
 *         └─ Healthcheck                     /healthcheck
 *            └─ Versions                     /  /versions  and every unknown version, without a token
 *               └─ Authentication            401
 *                  └─ RequestIds             431
 *                     └─ /v2               → /v2/
 *                        ├─ images           GET list · POST create
 *                        │  └─ {image}       GET show · PATCH · DELETE
 *                        │     ├─ actions
 *                        │     │  ├─ deactivate   POST
 *                        │     │  └─ reactivate   POST
 *                        │     ├─ file       GET download · PUT upload
 *                        │     └─ tags
 *                        │        └─ {tag}   PUT · DELETE
 *                        ├─ info
 *                        │  └─ import        GET
 *                        └─ schemas
 *                           ├─ image         GET
 *                           └─ images        GET
 * </pre>
 *
 * Everything else is 404. The order of a path's methods is that of the header Allow.
 */
public final class ImageApi {
    /**
     * What a Glance with a single store has served since Rocky, the current version first. Clients choose calls by this
     * list: 2.8 and 2.10 to 2.13 promise several stores and tasks of images, 2.14, 2.16 and 2.18 a cache, 2.15 the
     * details of stores, 2.17 the locations of images. 2.6 promises an import, whose list of methods is empty here.
     */
    static final List<String> VERSIONS =
            List.of("v2.9", "v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0");

    /** How long a client is heard out whose body is refused. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private ImageApi() {}

    /**
     * Builds the API.
     *
     * @param readiness what the healthcheck says
     */
    public static Endpoint over(
            ImageLibrary library,
            ImageRecords records,
            Identity identity,
            ApiLimits limits,
            Readiness readiness,
            Clock clock) {
        Supplier<UUID> newIds = UUID::randomUUID;
        Endpoint routes = routes(library, records, limits, clock, newIds);
        Endpoint authenticated =
                new Authentication(new RequestIds(slashed(routes), newIds), identity);
        return new AccessLog(
                new ErrorBoundary(
                        new Preflight(
                                new Healthcheck(new Versions(authenticated, VERSIONS), readiness)),
                        PATIENCE),
                System::nanoTime);
    }

    private static Endpoint routes(
            ImageLibrary library,
            ImageRecords records,
            ApiLimits limits,
            Clock clock,
            Supplier<UUID> newIds) {
        ImageFacts facts = new ImageFacts(records, library);
        ImagesHandler images = new ImagesHandler(records, facts, limits, clock, newIds);
        ImageHandler image = new ImageHandler(records, library, facts, limits, clock);
        ImageDataHandler data =
                new ImageDataHandler(
                        records, library, new Uploads(records, library, limits, clock));
        TagsHandler tags = new TagsHandler(records, limits, clock);
        ActionsHandler actions = new ActionsHandler(records, clock);
        SchemasHandler schemas = new SchemasHandler();
        InfoHandler info = new InfoHandler();
        return Router.of(
                Route.at("/images").on("GET", images::list).on("POST", images::create),
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
                Route.at("/images/{image}/tags/{tag}")
                        .bodilessOn("PUT", tags::add)
                        .bodilessOn("DELETE", tags::remove),
                Route.at("/info/import").bodilessOn("GET", info::importMethods),
                Route.at("/schemas/image").bodilessOn("GET", schemas.schema("image")),
                Route.at("/schemas/images").bodilessOn("GET", schemas.schema("images")));
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
