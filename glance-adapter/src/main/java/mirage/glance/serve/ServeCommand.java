package mirage.glance.serve;

import mirage.command.Subcommand;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.MirageLibrary;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Serves the Image API until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Serve the OpenStack Image API v2. Prints one line, 'ready http://HOST:PORT', to"
                        + " standard output when it does; everything else goes to standard error."
                        + " SIGTERM lets uploads in flight end for up to 30 s, then stops.",
        footer = {"", "Example:", "  mirage serve --data /var/lib/mirage --listen 127.0.0.1:9292"})
public final class ServeCommand implements Subcommand {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:MIRAGE_DATA:-mirage-data}",
            description =
                    "Data directory, made when it is missing (default: $MIRAGE_DATA, or"
                            + " mirage-data here).")
    private Path data;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9292",
            converter = Address.class,
            description = "Where to listen; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress listen;

    @Option(
            names = "--acknowledge",
            paramLabel = "WHEN",
            description =
                    "When an upload is answered: spooled, when its bytes are durable as one file;"
                            + " committed, when it is stored as chunks and was read back (default:"
                            + " committed).")
    private @Nullable Acknowledge acknowledge;

    @Option(
            names = "--image-size-cap",
            paramLabel = "BYTES",
            description = "The greatest image that is taken (default: 1 TiB).")
    private @Nullable Long imageSizeCap;

    @Option(
            names = "--public-endpoint",
            paramLabel = "URL",
            converter = Endpoint.class,
            description =
                    "What links to this service begin with, when clients reach it by another name"
                            + " (default: what a request was sent to).")
    private @Nullable String publicEndpoint;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LibrarySettings library = librarySettings();
        GlanceService service =
                GlanceService.start(
                        settings(), directory -> MirageLibrary.open(directory, library));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    service.close();
                                    stopped.countDown();
                                },
                                "stop"));
        greet(service.uri());
        stopped.await();
        return CommandLine.ExitCode.OK;
    }

    private LibrarySettings librarySettings() {
        LibrarySettings settings = LibrarySettings.defaults();
        return acknowledge == null ? settings : settings.withAcknowledge(acknowledge);
    }

    private ServeSettings settings() {
        ServeSettings settings =
                ServeSettings.defaults(data).withListen(listen).withPublicEndpoint(publicEndpoint);
        if (imageSizeCap == null) {
            return settings;
        }
        if (imageSizeCap < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--image-size-cap: at least 1 expected");
        }
        return settings.withLimits(settings.api().limits().withImageSizeCap(imageSizeCap));
    }

    private void greet(String uri) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("The standard client talks to it so:");
        err.println();
        err.println(
                "  alias os=\"openstack --os-auth-type admin_token --os-endpoint "
                        + uri
                        + "/v2 --os-token $(cat "
                        + data.resolve("token")
                        + ")\"");
        err.println("  os image create --disk-format qcow2 --container-format bare --file F NAME");
        err.println("  os image list");
        err.println();
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready " + uri);
        out.flush();
    }

    /** Reads {@code HOST:PORT}; a host of IPv6 stands in brackets. */
    static final class Address implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (!host.isEmpty() && port >= 0 && port <= 65535) {
                    return InetSocketAddress.createUnresolved(host, port);
                }
            } catch (NumberFormatException notANumber) {
                // Refused below, as every other form.
            }
            throw new TypeConversionException("HOST:PORT expected, found " + text);
        }
    }

    /** Reads an absolute URL, without the slash at its end. */
    static final class Endpoint implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                URI uri = URI.create(text);
                if (uri.getHost() != null && uri.getScheme().startsWith("http")) {
                    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
                }
            } catch (IllegalArgumentException malformed) {
                // Refused below, as every other form.
            }
            throw new TypeConversionException("http(s)://HOST[:PORT] expected, found " + text);
        }
    }
}
