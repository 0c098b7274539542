package mirage.glance.serve;

import mirage.glance.api.ImageApi;
import mirage.glance.http.HttpServer;
import mirage.glance.identity.TokenFiles;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.SqlImageRecords;
import mirage.library.ImageLibrary;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The running service. Opens in this order and closes in the reverse one, so that nothing is used after it was closed:
 *
 * <ol>
 *   <li>the library, which keeps the data directory to this process
 *   <li>the tokens
 *   <li>the image records, {@code DIR/records}
 *   <li>records and library are made to agree
 *   <li>the HTTP server
 * </ol>
 */
public final class GlanceService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GlanceService.class);
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
        TokenFiles identity = TokenFiles.open(directory, new SecureRandom());
        ImageRecords records = SqlImageRecords.open(directory.resolve(RECORDS));
        opened.push(records);
        Clock clock = Clock.systemUTC();
        new Reconciliation(records, library, clock).run();
        HttpServer server =
                HttpServer.start(
                        ImageApi.over(
                                library,
                                records,
                                identity,
                                settings.limits(),
                                directory.resolve(DISABLING_FILE),
                                clock),
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
