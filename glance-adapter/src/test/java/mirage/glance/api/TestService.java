package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.InMemoryImageLibrary;
import mirage.glance.cache.ImageCache;
import mirage.glance.cors.CorsRules;
import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.Product;
import mirage.glance.event.ImageEvents;
import mirage.glance.event.MetadefEvents;
import mirage.glance.event.TellingImageMembers;
import mirage.glance.event.TellingImageRecords;
import mirage.glance.event.TellingTasks;
import mirage.glance.http.HttpServer;
import mirage.glance.http.HttpSettings;
import mirage.glance.http.Readiness;
import mirage.glance.metadef.Metadefs;
import mirage.glance.notification.Notifications;
import mirage.glance.policy.Compat;
import mirage.glance.policy.GlancePolicy;
import mirage.glance.policy.PolicyMode;
import mirage.glance.policy.PropertyRules;
import mirage.glance.quota.Quotas;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.MemoryImageRecords;
import mirage.glance.record.MemoryNodes;
import mirage.glance.record.MemoryTasks;
import mirage.glance.record.Tasks;
import mirage.glance.schema.ImageSchema;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.WebStore;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.CreatingImportJob;
import mirage.glance.transfer.ImportJob;
import mirage.glance.transfer.ImportPlugin;
import mirage.glance.transfer.ImportPlugins;
import mirage.glance.transfer.ImportRequest;
import mirage.glance.transfer.LocationJob;
import mirage.glance.transfer.RemoteImages;
import mirage.glance.transfer.Stop;
import mirage.glance.transfer.TaskRunner;
import mirage.glance.transfer.Uploads;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebFilter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** The Image API on a port of its own, over a library and records in memory, with a client to talk to it. */
final class TestService implements AutoCloseable {
    static final long SIZE_CAP = 5_000_000;
    static final String NODE = "here";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Definitions of all test services: what a test changes, it cleans up with {@link #forgetDefinitions}. */
    private static final Metadefs METADEFS = Metadefs.in(databaseInMemory());

    final InMemoryImageLibrary library;
    final InMemoryImageLibrary cheap;
    final MemoryImageRecords records;
    final MemoryNodes nodes = new MemoryNodes();
    final MemoryTasks tasks;
    final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-04T05:06:07.890123Z"));

    private final WebAccess web;
    private final TaskRunner runner;
    private final @Nullable ImageCache cache;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    TestService(Path directory) throws IOException {
        this(directory, new Parts());
    }

    TestService(Path directory, Parts parts) throws IOException {
        this(directory, settings(), WebFilter.defaults(), false, parts);
    }

    /** What a test may have otherwise. */
    static final class Parts {
        Function<ImageRecords, Quotas> quotas = records -> Quotas.NONE;
        CorsRules cors = CorsRules.OFF;
        Notifications notifications = Notifications.NONE;
        ContentCheck check = ContentCheck.NOTHING;
        List<ImportPlugin> plugins = List.of();
        PropertyRules properties = PropertyRules.none();

        /** Finds the Image API of other regions. */
        RemoteImages.Regions regions = (region, kind) -> null;

        /** In place of the one that a service with stores has. */
        @Nullable WebFilter filter;

        /** Whether tasks that a service before this one left are taken up. */
        boolean takesUpTasks;

        long sizeCap = SIZE_CAP;

        /** What outlives a service. */
        final InMemoryImageLibrary library = new InMemoryImageLibrary();

        final InMemoryImageLibrary cheap = new InMemoryImageLibrary();
        final MemoryImageRecords records = new MemoryImageRecords();
        final MemoryTasks tasks = new MemoryTasks();
    }

    /**
     * With the stores fast, cheap and web, all ways to import, and visible locations.
     *
     * @param webPort the one port on this machine that the web is read from
     */
    static TestService withStores(Path directory, int webPort) throws IOException {
        return withStores(directory, webPort, new Parts());
    }

    static TestService withStores(Path directory, int webPort, Parts parts) throws IOException {
        ApiSettings settings =
                new ApiSettings(
                        ApiSettings.versions(true, true, true),
                        settings().limits().withImageSizeCap(parts.sizeCap),
                        List.of(ImportRequest.Method.values()),
                        true,
                        false,
                        settings().formats(),
                        settings().injected());
        WebFilter filter =
                new WebFilter(
                        Set.of("http"),
                        Set.of(),
                        Set.of("localhost"),
                        Set.of(),
                        Set.of(webPort),
                        Set.of());
        return new TestService(
                directory, settings, Objects.requireNonNullElse(parts.filter, filter), true, parts);
    }

    /** That demands something of bytes. */
    static TestService demanding(Path directory, ContentCheck check, ApiSettings settings)
            throws IOException {
        return changing(directory, check, settings, List.of());
    }

    /** That changes what is imported. */
    static TestService changing(
            Path directory, ContentCheck check, ApiSettings settings, List<ImportPlugin> plugins)
            throws IOException {
        Parts parts = new Parts();
        parts.check = check;
        parts.plugins = plugins;
        return new TestService(directory, settings, WebFilter.defaults(), false, parts);
    }

    private TestService(
            Path directory, ApiSettings settings, WebFilter filter, boolean withStores, Parts parts)
            throws IOException {
        library = parts.library;
        cheap = parts.cheap;
        records = parts.records;
        tasks = parts.tasks;
        long cap = settings.limits().imageSizeCap();
        web = WebAccess.through(filter);
        InstantSource ticking = () -> now.getAndUpdate(time -> time.plusSeconds(1));
        Clock clock = ticking.withZone(ZoneOffset.UTC);
        LibraryStore fast =
                new LibraryStore(withStores ? "fast" : "default", "", 0, library, Map.of());
        ImageStores stores =
                withStores
                        ? ImageStores.named(
                                List.of(
                                        fast,
                                        new LibraryStore("cheap", "slow", 0, cheap, Map.of()),
                                        new WebStore("web", "", 0, web, Map.of())),
                                fast)
                        : ImageStores.single(fast);
        RemoteImages remote = new RemoteImages(web, parts.regions, List.of("hw_"));
        cache =
                withStores
                        ? ImageCache.open(
                                directory.resolve("cache"),
                                SIZE_CAP,
                                Duration.ofMillis(5),
                                image -> {
                                    ImageRecord record = records.find(image);
                                    return record == null
                                            ? null
                                            : stores.openFirst(record, List.of());
                                },
                                clock)
                        : null;
        Notifications told = parts.notifications;
        ImageRecords telling = new TellingImageRecords(records, told, clock);
        Tasks tellingTasks = new TellingTasks(tasks, told);
        ImageEvents events = new ImageEvents(told, withStores);
        Quotas quotas = parts.quotas.apply(records);
        ContentCheck check = ContentCheck.all(List.of(quotas.check(), parts.check));
        Stop stop = new Stop();
        ImportPlugins changes = new ImportPlugins(parts.plugins, telling, cap, stop, clock);
        ImportJob imports =
                new ImportJob(telling, stores, remote, changes, check, events, cap, stop, clock);
        runner =
                new TaskRunner(
                        tellingTasks,
                        nodes,
                        NODE,
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
                        2,
                        Duration.ofHours(1),
                        stop,
                        clock);
        ImageService service =
                new ImageService(
                        telling,
                        new TellingImageMembers(records.members(), told, clock),
                        tellingTasks,
                        METADEFS,
                        stores,
                        GlancePolicy.of(PolicyMode.of(Compat.LATEST)),
                        parts.properties,
                        new Uploads(telling, check, events, cap, "here", clock),
                        runner,
                        remote,
                        quotas,
                        events,
                        new MetadefEvents(told, clock),
                        web,
                        cache,
                        settings,
                        clock,
                        UUID::randomUUID);
        server =
                HttpServer.start(
                        ImageApi.over(
                                service,
                                TestCallers.identity(),
                                Readiness.unless(directory.resolve("disabled")),
                                parts.cors,
                                List.of()),
                        HttpSettings.plain(new InetSocketAddress("127.0.0.1", 0))
                                .withStopTimeout(Duration.ofSeconds(2)));
        if (parts.takesUpTasks) {
            runner.start();
        }
    }

    private static Database databaseInMemory() {
        try {
            return Database.open(
                    new DatabaseAddress(
                            Product.H2, "jdbc:h2:mem:definitions;DB_CLOSE_DELAY=-1", "sa", ""));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void forgetDefinitions() {
        METADEFS.forgetAll();
    }

    static ApiSettings settings() {
        ApiSettings defaults = ApiSettings.defaults();
        return defaults.withLimits(defaults.limits().withImageSizeCap(SIZE_CAP));
    }

    int port() {
        return server.port();
    }

    String uri() {
        return "http://127.0.0.1:" + server.port();
    }

    /** Stops it as an operator would. */
    void stop() {
        server.close();
    }

    Call call(String method, String path) {
        return new Call(method, path);
    }

    Call get(String path) {
        return call("GET", path);
    }

    Call post(String path, String json) {
        return call("POST", path).json(json);
    }

    Call delete(String path) {
        return call("DELETE", path);
    }

    /** A patch of version 2.1. */
    Call patch(String id, String json) {
        return call("PATCH", "/v2/images/" + id)
                .header("Content-Type", "application/openstack-images-v2.1-json-patch")
                .body(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    Call put(String id, byte[] data) {
        return call("PUT", "/v2/images/" + id + "/file")
                .header("Content-Type", "application/octet-stream")
                .body(data);
    }

    /** Creates an image as alice and returns its id. */
    String create(String json) {
        return post("/v2/images", json).send(201).json().path("id").asText();
    }

    /** Creates an image of format raw as alice, with these bytes, and returns its id. */
    String createActive(byte[] data) {
        String id = create("{'disk_format': 'raw', 'container_format': 'bare'}");
        put(id, data).send(204);
        return id;
    }

    JsonNode image(String id) {
        return get("/v2/images/" + id).send(200).json();
    }

    Socket socket() throws IOException {
        Socket socket = new Socket("127.0.0.1", port());
        socket.setSoTimeout(15_000);
        return socket;
    }

    @Override
    public void close() {
        client.close();
        server.close();
        runner.stopSoon();
        web.close();
        runner.close();
        if (cache != null) {
            cache.close();
        }
    }

    /** A request. Is alice's until something else is said. */
    final class Call {
        private final HttpRequest.Builder request;
        private final String method;
        private BodyPublisher body = BodyPublishers.noBody();
        private @Nullable String user = "alice";

        private Call(String method, String path) {
            this.method = method;
            this.request = HttpRequest.newBuilder(URI.create(uri() + path));
        }

        Call as(String newUser) {
            user = newUser;
            return this;
        }

        Call withoutToken() {
            user = null;
            return this;
        }

        Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        /** Single quotes stand for double ones. */
        Call json(String json) {
            request.header("Content-Type", "application/json");
            return body(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        }

        Call body(byte[] bytes) {
            body = BodyPublishers.ofByteArray(bytes);
            return this;
        }

        Call body(BodyPublisher publisher) {
            body = publisher;
            return this;
        }

        /** Sends it and demands that status. */
        Answer send(int status) {
            Answer answer = send();
            if (answer.status() != status) {
                throw new AssertionError(
                        method
                                + " "
                                + request.build().uri()
                                + ": expected "
                                + status
                                + ", found "
                                + answer.status()
                                + ": "
                                + answer.text());
            }
            return answer;
        }

        Answer send() {
            if (user != null) {
                request.header("X-Auth-Token", user);
            }
            try {
                return new Answer(
                        client.send(
                                request.method(method, body).build(),
                                HttpResponse.BodyHandlers.ofByteArray()));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** An answer. */
    record Answer(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        /** Null when there is no such header. */
        @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        byte[] bytes() {
            return response.body();
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(bytes());
            } catch (IOException malformed) {
                throw new UncheckedIOException(malformed);
            }
        }
    }
}
