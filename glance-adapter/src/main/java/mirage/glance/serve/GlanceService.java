package mirage.glance.serve;

import mirage.config.Configuration;
import mirage.deploy.Shelf;
import mirage.deploy.ShelfSettings;
import mirage.glance.api.ApiSettings;
import mirage.glance.api.ImageApi;
import mirage.glance.api.ImageService;
import mirage.glance.api.NewImages;
import mirage.glance.cache.CacheOptions;
import mirage.glance.cache.ImageCache;
import mirage.glance.cors.CorsRules;
import mirage.glance.database.Database;
import mirage.glance.database.DatabaseOptions;
import mirage.glance.deploy.ActivatedImages;
import mirage.glance.deploy.DeployMeters;
import mirage.glance.deploy.DeployOptions;
import mirage.glance.deploy.DeployService;
import mirage.glance.deploy.Precomputation;
import mirage.glance.event.ImageEvents;
import mirage.glance.event.MetadefEvents;
import mirage.glance.event.TellingImageMembers;
import mirage.glance.event.TellingImageRecords;
import mirage.glance.event.TellingTasks;
import mirage.glance.http.Endpoint;
import mirage.glance.http.ErrorBoundary;
import mirage.glance.http.HttpOptions;
import mirage.glance.http.HttpServer;
import mirage.glance.http.HttpSettings;
import mirage.glance.http.Readiness;
import mirage.glance.http.RequestMetrics;
import mirage.glance.http.Router.Route;
import mirage.glance.http.Tls;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metrics.Metrics;
import mirage.glance.metrics.MetricsOptions;
import mirage.glance.notification.NotificationOptions;
import mirage.glance.notification.Notifications;
import mirage.glance.policy.Compat;
import mirage.glance.policy.GlancePolicy;
import mirage.glance.policy.PolicyOptions;
import mirage.glance.quota.QuotaOptions;
import mirage.glance.quota.Quotas;
import mirage.glance.record.Hosts;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.Nodes;
import mirage.glance.record.SqlHosts;
import mirage.glance.record.SqlImageMembers;
import mirage.glance.record.SqlImageRecords;
import mirage.glance.record.SqlNodes;
import mirage.glance.record.SqlTasks;
import mirage.glance.record.Tasks;
import mirage.glance.schema.ImageSchema;
import mirage.glance.signature.SignatureOptions;
import mirage.glance.store.ImageStores;
import mirage.glance.store.WebStore;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.CreatingImportJob;
import mirage.glance.transfer.FormatOptions;
import mirage.glance.transfer.ImportJob;
import mirage.glance.transfer.ImportOptions;
import mirage.glance.transfer.ImportPlugins;
import mirage.glance.transfer.ImportSources;
import mirage.glance.transfer.LocationJob;
import mirage.glance.transfer.RemoteImages;
import mirage.glance.transfer.Stop;
import mirage.glance.transfer.TaskOptions;
import mirage.glance.transfer.TaskRunner;
import mirage.glance.transfer.Uploads;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebOptions;
import mirage.library.MirageLibrary;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The running service. Opens in this order and closes in the reverse one, so that nothing is used after it was closed:
 *
 * <ol>
 *   <li>the metrics, which can be looked at while the rest starts and stops
 *   <li>the client for addresses on the web
 *   <li>the libraries of the stores
 *   <li>who knows the callers
 *   <li>the database of records, the embedded one being {@code DIR/records}
 *   <li>what tells other services of changes
 *   <li>records and libraries are made to agree
 *   <li>the tasks, which go on where they were
 *   <li>the shelf of deltas, and what fills it ahead
 *   <li>the HTTP server
 * </ol>
 */
public final class GlanceService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GlanceService.class);
    private static final String RECORDS = "records";
    private static final String DELTAS = "deltas";

    private final Deque<AutoCloseable> opened;
    private final Readiness readiness;
    private final HttpServer server;

    private GlanceService(Deque<AutoCloseable> opened, Readiness readiness, HttpServer server) {
        this.opened = opened;
        this.readiness = readiness;
        this.server = server;
    }

    /**
     * Starts the service; it takes requests when this returns.
     *
     * @throws IOException when something cannot be had, with a message for the operator; all is closed again then
     */
    public static GlanceService start(Configuration configuration) throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return start(configuration, opened);
        } catch (IOException | RuntimeException failure) {
            closeAll(opened);
            throw failure;
        }
    }

    private static GlanceService start(Configuration configuration, Deque<AutoCloseable> opened)
            throws IOException {
        HttpSettings http = HttpSettings.from(configuration);
        Metrics metrics = startMetrics(configuration, opened);
        Path directory = configuration.get(ServeOptions.DATA_DIRECTORY);
        makeDirectory(directory);
        WebAccess web = WebOptions.access(configuration);
        opened.push(web);
        Stores opener = new Stores(configuration, web, opened);
        ImageStores stores = opener.open();
        metrics.bind(LibraryMetrics.ofProcess());
        opener.libraries()
                .forEach((store, library) -> metrics.bind(new LibraryMetrics(store, library)));
        Identities callers = Identities.open(configuration, directory, Clock.systemUTC(), opened);
        callers.meters().forEach(metrics::bind);
        Database database = database(configuration);
        opened.push(database);
        metrics.bind(database.meters());
        ImageCache cache = cache(configuration, new SqlImageRecords(database), stores, opened);
        RemoteImages remote =
                new RemoteImages(
                        web,
                        callers::imageService,
                        configuration.get(TaskOptions.GLANCE_DOWNLOAD_PROPERTIES));
        ActivatedImages activated = new ActivatedImages(new SqlImageRecords(database));
        ImageService service =
                service(
                        configuration,
                        stores,
                        database,
                        activated,
                        web,
                        remote,
                        cache,
                        metrics,
                        opened);
        settle(configuration, service, new SqlNodes(database), opened);
        Readiness readiness = Readiness.unless(configuration.get(HttpOptions.HEALTHCHECK_FILE));
        Endpoint api =
                ImageApi.over(
                        service,
                        callers.identity(),
                        readiness,
                        CorsRules.from(configuration),
                        deployRoutes(
                                configuration,
                                service,
                                new SqlHosts(database),
                                opener.libraries(),
                                activated,
                                metrics,
                                opened));
        HttpServer server = HttpServer.start(new RequestMetrics(api, metrics.registry()), http);
        opened.push(server);
        return new GlanceService(opened, readiness, server);
    }

    /** Opens the database that is configured; the data directory is there. */
    static Database database(Configuration configuration) throws IOException {
        Path directory = configuration.get(ServeOptions.DATA_DIRECTORY);
        return Database.open(
                DatabaseOptions.address(configuration, directory.resolve(RECORDS)),
                configuration.get(DatabaseOptions.MAX_POOL_SIZE));
    }

    /** The call is newer than Zed, and has no use without a store that is the web. */
    private static boolean offersLocations(Configuration configuration, ImageStores stores) {
        return configuration.get(ServeOptions.COMPAT) == Compat.LATEST
                && stores.all().stream().anyMatch(WebStore.class::isInstance);
    }

    /** Makes records and libraries agree, now and for nodes that die, and lets tasks go on. */
    private static void settle(
            Configuration configuration,
            ImageService service,
            Nodes nodes,
            Deque<AutoCloseable> opened)
            throws IOException {
        String node = ServeOptions.memberName(configuration);
        Reconciliation reconciliation =
                new Reconciliation(
                        service.records(),
                        service.tasks(),
                        service.stores(),
                        node,
                        service.clock());
        NodeWatch watch = new NodeWatch(reconciliation, nodes, node, service.clock());
        watch.settle();
        service.runner().start();
        opened.push(service.runner());
        // Tasks that wait for servers elsewhere would keep it waiting, and nothing else reads from
        // the web by then.
        opened.push(() -> {
            service.runner().stopSoon();
            service.web().close();
        });
        opened.push(watch);
        watch.start();
    }

    private static @Nullable ImageCache cache(
            Configuration configuration,
            ImageRecords records,
            ImageStores stores,
            Deque<AutoCloseable> opened)
            throws IOException {
        Path directory = configuration.get(CacheOptions.IMAGE_CACHE_DIR).orElse(null);
        if (directory == null) {
            return null;
        }
        ImageCache cache =
                ImageCache.open(
                        directory,
                        configuration.get(CacheOptions.IMAGE_CACHE_MAX_SIZE),
                        configuration.get(CacheOptions.CACHE_PREFETCHER_INTERVAL),
                        image -> {
                            ImageRecord record = records.find(image);
                            return record == null ? null : stores.openFirst(record, List.of());
                        },
                        Clock.systemUTC());
        opened.push(cache);
        return cache;
    }

    private static ImageService service(
            Configuration configuration,
            ImageStores stores,
            Database database,
            ImageRecords kept,
            WebAccess web,
            ImportSources sources,
            @Nullable ImageCache cache,
            Metrics metrics,
            Deque<AutoCloseable> opened)
            throws IOException {
        Clock clock = Clock.systemUTC();
        String node = ServeOptions.memberName(configuration);
        ApiSettings settings =
                ApiSettings.from(
                        configuration,
                        stores.areNamed(),
                        cache != null,
                        offersLocations(configuration, stores));
        long cap = settings.limits().imageSizeCap();
        boolean isNew = configuration.get(ServeOptions.COMPAT) == Compat.LATEST;
        Notifications notifications =
                NotificationOptions.open(
                        configuration,
                        ServeOptions.nodeName(configuration),
                        clock,
                        opened,
                        metrics::bind);
        ImageEvents events = new ImageEvents(notifications, stores.areNamed());
        ImageRecords records = new TellingImageRecords(kept, notifications, clock);
        Tasks tasks = new TellingTasks(new SqlTasks(database), notifications);
        Quotas quotas = QuotaOptions.quotas(configuration, records, clock, opened);
        ContentCheck signatures = SignatureOptions.check(configuration, clock, opened);
        ContentCheck check =
                ContentCheck.all(
                        List.of(
                                quotas.check(),
                                FormatOptions.check(configuration, isNew),
                                signatures));
        Stop stop = new Stop();
        ImportPlugins plugins =
                new ImportPlugins(
                        configuration.get(ImportOptions.IMAGE_IMPORT_PLUGINS),
                        records,
                        cap,
                        stop,
                        clock);
        ImportJob imports =
                new ImportJob(records, stores, sources, plugins, check, events, cap, stop, clock);
        TaskRunner runner =
                new TaskRunner(
                        tasks,
                        new SqlNodes(database),
                        node,
                        Map.of(
                                ImportJob.TYPE,
                                imports,
                                LocationJob.TYPE,
                                new LocationJob(records, stores, check, cap, stop, clock),
                                CreatingImportJob.TYPE,
                                new CreatingImportJob(
                                        records,
                                        stores,
                                        imports,
                                        (body, owner) ->
                                                NewImages.attributes(
                                                        new ImageSchema(settings.formats()),
                                                        body,
                                                        owner),
                                        clock)),
                        configuration.get(TaskOptions.MAX_WORKERS),
                        Duration.ofHours(configuration.get(TaskOptions.TASK_TIME_TO_LIVE)),
                        stop,
                        clock);
        GlancePolicy policy =
                PolicyOptions.policy(configuration, configuration.get(ServeOptions.COMPAT));
        return new ImageService(
                records,
                new TellingImageMembers(new SqlImageMembers(database), notifications, clock),
                tasks,
                Metadefs.in(database),
                stores,
                policy,
                PolicyOptions.propertyRules(configuration, policy),
                new Uploads(records, check, events, cap, node, clock),
                runner,
                sources,
                quotas,
                events,
                new MetadefEvents(notifications, clock),
                web,
                cache,
                settings,
                clock,
                UUID::randomUUID);
    }

    /** Opens what the deploy API needs, when it is to be served. */
    private static List<Route> deployRoutes(
            Configuration configuration,
            ImageService service,
            Hosts hosts,
            Map<String, MirageLibrary> libraries,
            ActivatedImages activated,
            Metrics metrics,
            Deque<AutoCloseable> opened)
            throws IOException {
        if (!configuration.get(DeployOptions.ENABLED)) {
            return List.of();
        }
        Path directory =
                configuration
                        .get(DeployOptions.DELTA_DIR)
                        .orElse(configuration.get(ServeOptions.DATA_DIRECTORY).resolve(DELTAS));
        Shelf shelf =
                Shelf.open(
                        directory,
                        ShelfSettings.of(
                                configuration.get(DeployOptions.DELTA_BUDGET),
                                configuration.get(DeployOptions.MAKERS)),
                        service.clock());
        opened.push(shelf);
        DeployMeters meters = new DeployMeters(shelf);
        metrics.bind(meters);
        DeployService deploy =
                new DeployService(
                        service, hosts, DeployService.deployments(libraries, shelf), meters);
        if (configuration.get(DeployOptions.PRECOMPUTE)) {
            Precomputation precomputation = deploy.precomputation(activated);
            opened.push(precomputation);
            precomputation.start();
        }
        return deploy.routes();
    }

    private static Metrics startMetrics(Configuration configuration, Deque<AutoCloseable> opened)
            throws IOException {
        Metrics metrics = new Metrics(Program.version(), ServeOptions.nodeName(configuration));
        opened.push(metrics);
        Optional<InetSocketAddress> bind = configuration.get(MetricsOptions.BIND);
        if (bind.isPresent()) {
            HttpServer listener =
                    HttpServer.start(
                            new ErrorBoundary(metrics.endpoint(), Duration.ZERO),
                            HttpSettings.plain(bind.get()).withStopTimeout(Duration.ofSeconds(1)));
            opened.push(listener);
            LOG.info("metrics at {}/metrics", listener.uri());
        }
        return metrics;
    }

    static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new IOException(
                    "the data directory " + directory + " cannot be made: " + failure, failure);
        }
    }

    /** Where it listens, such as {@code http://127.0.0.1:9292}. */
    public String uri() {
        return server.uri();
    }

    /** Takes in certificates that changed. */
    void reloadIfChanged() {
        Tls tls = server.tls();
        if (tls != null) {
            tls.reloadIfChanged();
        }
    }

    /** Takes in certificates, changed or not. */
    void reload() {
        Tls tls = server.tls();
        if (tls != null) {
            tls.reload();
        }
    }

    /** Makes a stop that is under way, or will come, wait for nobody. */
    void hurry() {
        server.hurry();
    }

    /** Says that it is not ready any more, stops taking requests, gives those in flight their time, closes all. */
    @Override
    public void close() {
        readiness.stopping();
        closeAll(opened);
    }

    private static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception failure) {
                LOG.error("{} did not close", next.getClass().getSimpleName(), failure);
            }
        }
    }
}
