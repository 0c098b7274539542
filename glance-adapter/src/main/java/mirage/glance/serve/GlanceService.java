package mirage.glance.serve;

import mirage.glance.api.ImageApi;
import mirage.glance.api.ImageService;
import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.http.HttpServer;
import mirage.glance.identity.TokenFiles;
import mirage.glance.metadef.Metadefs;
import mirage.glance.policy.Compat;
import mirage.glance.policy.GlancePolicy;
import mirage.glance.policy.PolicyMode;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.Nodes;
import mirage.glance.record.SqlImageMembers;
import mirage.glance.record.SqlImageRecords;
import mirage.glance.record.SqlNodes;
import mirage.glance.record.SqlTasks;
import mirage.glance.record.Tasks;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.ImportJob;
import mirage.glance.transfer.TaskRunner;
import mirage.glance.transfer.Uploads;
import mirage.glance.transfer.WebSources;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebFilter;
import mirage.library.ImageLibrary;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;

/**
 * The running service. Opens in this order and closes in the reverse one, so that nothing is used after it was closed:
 *
 * <ol>
 *   <li>the library, which keeps the data directory to this process
 *   <li>the tokens
 *   <li>the database of records, {@code DIR/records}
 *   <li>the client for addresses on the web
 *   <li>records and library are made to agree
 *   <li>the tasks, which go on where they were
 *   <li>the HTTP server
 * </ol>
 */
public final class GlanceService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GlanceService.class);
    private static final String NODE = "default";
    private static final int TASKS_AT_ONCE = 10;
    private static final Duration KEEP_ENDED_TASKS = Duration.ofDays(2);
    private static final String RECORDS = "records";
    private static final String DISABLING_FILE = "healthcheck.disable";

    private final Deque<AutoCloseable> opened;
    private final String uri;

    private GlanceService(Deque<AutoCloseable> opened, String uri) {
        this.opened = opened;
        this.uri = uri;
    }

    /**
     * Starts the service; it takes requests when this returns.
     *
     * @throws IOException when something cannot be had, with a message for the operator; all is closed again then
     */
    public static GlanceService start(ServeSettings settings, LibraryOpener libraryOpener)
            throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return start(settings, libraryOpener, opened);
        } catch (IOException | RuntimeException failure) {
            closeAll(opened);
            throw failure;
        }
    }

    private static GlanceService start(
            ServeSettings settings, LibraryOpener libraryOpener, Deque<AutoCloseable> opened)
            throws IOException {
        Path directory = settings.dataDirectory();
        makeDirectory(directory);
        ImageLibrary library = libraryOpener.open(directory);
        opened.push(library);
        ImageStores stores =
                ImageStores.single(new LibraryStore("default", "", 0, library, Map.of()));
        TokenFiles identity = TokenFiles.open(directory, new SecureRandom());
        Database database = Database.open(DatabaseAddress.embedded(directory.resolve(RECORDS)));
        opened.push(database);
        WebAccess web = WebAccess.through(WebFilter.defaults());
        opened.push(web);
        ImageService service = service(settings, stores, database, web);
        Nodes nodes = new SqlNodes(database);
        Reconciliation reconciliation =
                new Reconciliation(service.records(), service.tasks(), stores, service.clock());
        reconciliation.run(
                nodes.aliveAfter(service.clock().instant().minus(TaskRunner.DEAD_AFTER)));
        service.runner().start();
        opened.push(service.runner());
        HttpServer server =
                HttpServer.start(
                        ImageApi.over(service, identity, directory.resolve(DISABLING_FILE)),
                        settings.listen(),
                        settings.publicEndpoint(),
                        settings.idleTimeout(),
                        settings.stopTimeout());
        opened.push(server);
        String host = settings.listen().getHostString();
        return new GlanceService(
                opened,
                "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port());
    }

    private static ImageService service(
            ServeSettings settings, ImageStores stores, Database database, WebAccess web) {
        Clock clock = Clock.systemUTC();
        ImageRecords records = new SqlImageRecords(database);
        Tasks tasks = new SqlTasks(database);
        long cap = settings.api().limits().imageSizeCap();
        ImportJob imports =
                new ImportJob(
                        records, stores, new WebSources(web), ContentCheck.NOTHING, cap, clock);
        TaskRunner runner =
                new TaskRunner(
                        tasks,
                        new SqlNodes(database),
                        NODE,
                        Map.of(ImportJob.TYPE, imports),
                        TASKS_AT_ONCE,
                        KEEP_ENDED_TASKS,
                        clock);
        return new ImageService(
                records,
                new SqlImageMembers(database),
                tasks,
                Metadefs.in(database),
                stores,
                GlancePolicy.of(PolicyMode.of(Compat.LATEST)),
                new Uploads(records, ContentCheck.NOTHING, cap, NODE, clock),
                runner,
                web,
                settings.api(),
                clock,
                UUID::randomUUID);
    }

    private static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new IOException(
                    "the data directory " + directory + " cannot be made: " + failure, failure);
        }
    }

    /** Where it listens, such as {@code http://127.0.0.1:9292}. */
    public String uri() {
        return uri;
    }

    /** Stops taking requests, gives those in flight their time, closes all. */
    @Override
    public void close() {
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
