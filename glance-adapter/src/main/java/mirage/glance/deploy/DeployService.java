package mirage.glance.deploy;

import mirage.deploy.Deployment;
import mirage.deploy.Shelf;
import mirage.glance.api.Access;
import mirage.glance.api.ImageService;
import mirage.glance.api.Images;
import mirage.glance.http.Router.Route;
import mirage.glance.record.Hosts;
import mirage.library.MirageLibrary;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The deploy API, {@code docs/deploy-api.yaml}.
 *
 * <pre>
 *   /deploy/v1
 *   ├─ images/{image}        GET show
 *   │  ├─ delta              GET · HEAD
 *   │  ├─ deltas             GET which bases are good
 *   │  ├─ ranges             POST
 *   │  ├─ recipe             GET · HEAD
 *   │  └─ revocation         PUT · GET
 *   └─ hosts/{host}          PUT
 * </pre>
 */
public final class DeployService {
    static final String ROOT = "/deploy/v1";

    private final ImageService service;
    private final Access access;
    private final Hosts hosts;
    private final Deployables deployables;
    private final Nearness nearness;
    private final DeployMeters meters;

    /**
     * @param service of the Image API
     * @param deployments by the stores' ids
     */
    public DeployService(
            ImageService service,
            Hosts hosts,
            Map<String, Deployment> deployments,
            DeployMeters meters) {
        this.service = service;
        this.hosts = hosts;
        this.meters = meters;
        this.access = new Access(service.policy(), service.properties(), service.members());
        Images images = new Images(service.records(), access);
        this.deployables = new Deployables(images, access, hosts, service.stores(), deployments);
        this.nearness = new Nearness(service.records(), deployables);
    }

    /** What is deployed from libraries, by the stores' ids. */
    public static Map<String, Deployment> deployments(
            Map<String, MirageLibrary> libraries, Shelf shelf) {
        Map<String, Deployment> deployments = new HashMap<>();
        libraries.forEach(
                (store, library) -> deployments.put(store, new Deployment(library, shelf)));
        return deployments;
    }

    public List<Route> routes() {
        DeltaHandler deltas = new DeltaHandler(deployables, meters);
        ImageHandler images = new ImageHandler(access, deployables, nearness, meters);
        HostHandler host =
                new HostHandler(
                        access,
                        hosts,
                        new Announcements(
                                service.records(), access, deployables, nearness, service.clock()),
                        service.clock());
        RevocationHandler revocation =
                new RevocationHandler(service.records(), access, hosts, service.clock());
        return List.of(
                Route.at(ROOT + "/images/{image}").bodilessOn("GET", images::show),
                Route.at(ROOT + "/images/{image}/deltas").bodilessOn("GET", deltas::candidates),
                Route.at(ROOT + "/images/{image}/delta")
                        .bodilessOn("GET", deltas::give)
                        .bodilessOn("HEAD", deltas::give),
                Route.at(ROOT + "/images/{image}/recipe")
                        .bodilessOn("GET", images::recipe)
                        .bodilessOn("HEAD", images::recipe),
                Route.at(ROOT + "/images/{image}/ranges").on("POST", images::ranges),
                Route.at(ROOT + "/images/{image}/revocation")
                        .bodilessOn("PUT", revocation::revoke)
                        .bodilessOn("GET", revocation::show),
                Route.at(ROOT + "/hosts/{host}").on("PUT", host::tell));
    }

    /**
     * What makes deltas of new images ahead.
     *
     * @param activated tells of them
     */
    public Precomputation precomputation(ActivatedImages activated) {
        return new Precomputation(
                service.records(), service.stores(), hosts, deployables, nearness, activated);
    }
}
