package mirage.glance.serve;

import mirage.command.Subcommand;
import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.glance.api.ApiOptions;
import mirage.glance.http.HttpOptions;
import mirage.log.Logs;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Serves the Image API until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Serve the OpenStack Image API v2. Prints one line, 'ready http://HOST:PORT', to"
                        + " standard output when it does; everything else goes to standard error."
                        + " SIGTERM lets transfers in flight end for a while, then stops; a second"
                        + " one stops at once. SIGHUP takes in levels of logs and certificates.",
        footer = {
            "",
            "Examples:",
            "  mirage serve --data /var/lib/mirage --listen 127.0.0.1:9292",
            "  mirage serve --config-file /etc/mirage/mirage.conf"
        })
public final class ServeCommand implements Subcommand {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final Duration LOOK_AT_FILES = Duration.ofSeconds(10);

    @Mixin private ConfigFiles files = new ConfigFiles();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Data directory, made when it is missing (default: data_directory of the"
                            + " settings, $MIRAGE_DATA, or mirage-data here).")
    private @Nullable String data;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "Where to listen; port 0 takes a free one (default: bind_host and bind_port of"
                            + " the settings, or 127.0.0.1:9292).")
    private @Nullable String listen;

    @Option(
            names = "--acknowledge",
            paramLabel = "WHEN",
            description =
                    "When an upload is answered: spooled, when its bytes are durable as one file;"
                            + " committed, when it is stored as chunks and was read back (default:"
                            + " committed).")
    private @Nullable String acknowledge;

    @Option(
            names = "--image-size-cap",
            paramLabel = "BYTES",
            description = "The greatest image that is taken (default: 1 TiB).")
    private @Nullable String imageSizeCap;

    @Option(
            names = "--public-endpoint",
            paramLabel = "URL",
            description =
                    "What links to this service begin with, when clients reach it by another name"
                            + " (default: what a request was sent to).")
    private @Nullable String publicEndpoint;

    @Spec private CommandSpec spec;

    private final CountDownLatch told = new CountDownLatch(1);
    private volatile @Nullable GlanceService running;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Configuration configuration;
        try {
            configuration = read();
        } catch (ConfigException wrong) {
            return ConfigCommand.refused(wrong, spec);
        }
        Logs.configure(configuration, ServeOptions.nodeName(configuration));
        Signals.on("HUP", () -> reload(configuration));
        ServiceManager manager = ServiceManager.of(System.getenv(), ProcessHandle.current().pid());
        try (GlanceService service = GlanceService.start(configuration);
                ScheduledExecutorService clock = clock()) {
            running = service;
            Signals.on("TERM", this::stop);
            Signals.on("INT", this::stop);
            every(LOOK_AT_FILES, clock, service::reloadIfChanged);
            Duration pulse = manager.pulse();
            if (pulse != null) {
                every(pulse, clock, manager::alive);
            }
            greet(service.uri(), configuration);
            manager.ready("serving at " + service.uri());
            told.await();
            LOG.info("stopping");
            manager.stopping();
        } catch (ConfigException wrong) {
            return ConfigCommand.refused(wrong, spec);
        }
        LOG.info("stopped");
        return CommandLine.ExitCode.OK;
    }

    private Configuration read() throws ConfigException {
        return files.read(System.getenv(), this::override);
    }

    private void override(ConfigurationReader settings) {
        if (data != null) {
            // What a flag says is not a template: a dollar sign in it is one.
            settings.override(ServeOptions.DATA_DIRECTORY, literal(data), "--data");
        }
        if (listen != null) {
            int colon = listen.lastIndexOf(':');
            String host = listen.substring(0, Math.max(0, colon));
            if (host.isEmpty()) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--listen: HOST:PORT expected, found " + listen);
            }
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            settings.override(
                    HttpOptions.BIND_HOST,
                    literal(bracketed ? host.substring(1, host.length() - 1) : host),
                    "--listen");
            settings.override(
                    HttpOptions.BIND_PORT, literal(listen.substring(colon + 1)), "--listen");
        }
        if (acknowledge != null) {
            settings.override(ServeOptions.ACKNOWLEDGE, literal(acknowledge), "--acknowledge");
        }
        if (imageSizeCap != null) {
            settings.override(ApiOptions.IMAGE_SIZE_CAP, literal(imageSizeCap), "--image-size-cap");
        }
        if (publicEndpoint != null) {
            settings.override(
                    HttpOptions.PUBLIC_ENDPOINT, literal(publicEndpoint), "--public-endpoint");
        }
    }

    /** A text as a file of settings spells it, where a dollar sign begins a template. */
    static String literal(String flag) {
        return flag.replace("$", "$$");
    }

    /** The first signal asks to stop, those after it to hurry. */
    private synchronized void stop() {
        GlanceService service = running;
        if (told.getCount() > 0) {
            told.countDown();
        } else if (service != null) {
            LOG.warn("told to stop again: requests under way are cut");
            service.hurry();
        }
    }

    private void reload(Configuration started) {
        try {
            Configuration now = read();
            Logs.setLevels(now);
            now.differencesFrom(started)
                    .filter(option -> !Logs.takesIn(option))
                    .forEach(option -> LOG.warn("{}: needs a new start", now.placeOf(option)));
            LOG.info("levels of logs taken in");
        } catch (ConfigException wrong) {
            wrong.problems().forEach(problem -> LOG.error("settings not taken in: {}", problem));
        }
        GlanceService service = running;
        if (service != null) {
            service.reload();
        }
    }

    private static ScheduledExecutorService clock() {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("clock").factory());
    }

    private static void every(Duration period, ScheduledExecutorService clock, Runnable task) {
        // A task that throws is not run again.
        Runnable careful =
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException failure) {
                        LOG.error("failed, and will be tried again", failure);
                    }
                };
        var _ =
                clock.scheduleWithFixedDelay(
                        careful, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void greet(String uri, Configuration configuration) {
        if (Identities.haveFiles(configuration)) {
            tellOfToken(uri, configuration);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready " + uri);
        out.flush();
    }

    private void tellOfToken(String uri, Configuration configuration) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("The standard client talks to it so:");
        err.println();
        err.println(
                "  alias os=\"openstack --os-auth-type admin_token --os-endpoint "
                        + uri
                        + "/v2 --os-token $(cat "
                        + configuration.get(ServeOptions.DATA_DIRECTORY).resolve("token")
                        + ")\"");
        err.println("  os image create --disk-format qcow2 --container-format bare --file F NAME");
        err.println("  os image list");
        err.println();
        err.flush();
    }
}
