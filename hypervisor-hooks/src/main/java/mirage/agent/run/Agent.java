package mirage.agent.run;

import mirage.agent.build.ImageBuilder;
import mirage.agent.deploy.Bandwidth;
import mirage.agent.deploy.HttpFacade;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.nova.BaseDirectory;
import mirage.agent.nova.NovaLocks;
import mirage.agent.nova.Owner;
import mirage.agent.proxy.AgentServer;
import mirage.agent.proxy.ImageRequests;
import mirage.agent.proxy.RequestsUnderWay;
import mirage.agent.wire.ImageService;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A running agent. It is opened from the disk up, and closed the other way round. */
final class Agent implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration VERIFY_EVERY = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** One for each duty that may take long, so that none waits for another. */
    private static final int DUTY_THREADS = 6;

    private final Deque<Closeable> opened = new ArrayDeque<>();
    private final Measures measures;
    private final AgentServer server;

    private Agent(AgentSettings settings) throws IOException {
        try {
            Files.createDirectories(settings.stateDirectory());
            opened.push(StateLock.take(settings.stateDirectory()));
            RequestsUnderWay requests = open(new RequestsUnderWay(PATIENCE));
            ImageBuilder.loadLibraries(settings.stateDirectory());
            measures = open(new Measures());
            Inventory inventory = Inventory.open(settings.stateDirectory());
            Shelf shelf =
                    Shelf.open(
                            settings.stateDirectory(),
                            inventory,
                            settings.stateBudget(),
                            settings.reserve());
            BaseDirectory bases = bases(settings, inventory);
            ImageService service = open(ImageService.at(settings.facade(), settings.authorities()));
            HttpFacade facade =
                    new HttpFacade(service, new Bandwidth(settings.bandwidth()), measures);
            OwnCaller account = account(settings);
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            ImageBuilder builder =
                    new ImageBuilder(
                            facade,
                            inventory,
                            shelf,
                            bases == null ? () -> {} : bases::look,
                            measures,
                            settings.build(),
                            threads);
            opened.push(builder::close);
            Ready ready =
                    new Ready(builder, shelf, bases, inventory, measures, settings.unusedBudget());
            Announcements announcements =
                    account == null || !settings.announced()
                            ? null
                            : new Announcements(ready, inventory, account, settings.pollInterval());
            Duties duties =
                    new Duties(
                            settings,
                            facade,
                            account,
                            inventory,
                            shelf,
                            bases,
                            ready,
                            announcements);
            VerifyDuty verify =
                    new VerifyDuty(
                            inventory,
                            shelf,
                            bases,
                            builder,
                            facade,
                            account,
                            new Bandwidth(settings.verifyBytesPerSecond()),
                            settings.verifyInterval(),
                            Clock.systemUTC());
            PullPage pulls = pulls(duties, settings.stateDirectory());
            Status status =
                    new Status(settings, inventory, shelf, builder, duties, verify, measures);
            server =
                    AgentServer.start(
                            settings.listen(),
                            Map.of(
                                    "/agent/status",
                                    status,
                                    "/agent/pull",
                                    pulls,
                                    "/metrics",
                                    Status.metrics(measures)),
                            new ImageRequests(
                                    service,
                                    builder,
                                    inventory,
                                    shelf,
                                    measures,
                                    settings.raw(),
                                    image -> bases != null && bases.has(image)),
                            requests);
            opened.push(server::close);
            begin(settings, duties, announcements, pulls, verify);
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    static Agent start(AgentSettings settings) throws IOException {
        return new Agent(settings);
    }

    /** The port that it listens at. */
    int port() {
        return server.port();
    }

    Measures measures() {
        return measures;
    }

    private <T extends AutoCloseable> T open(T one) {
        opened.push(() -> {
            try {
                one.close();
            } catch (IOException failure) {
                throw failure;
            } catch (Exception failure) {
                throw new IOException(failure);
            }
        });
        return one;
    }

    private static @Nullable BaseDirectory bases(AgentSettings settings, Inventory inventory)
            throws IOException {
        AgentSettings.Nova nova = settings.nova();
        if (nova == null) {
            return null;
        }
        Path instances = nova.bases().getParent();
        if (instances == null || !Files.isDirectory(instances)) {
            throw new IOException("[nova] instances_path: a folder expected: " + instances);
        }
        Owner owner = nova.user() == null ? Owner.same() : Owner.named(nova.user(), instances);
        BaseDirectory bases =
                new BaseDirectory(
                        nova.bases(),
                        new NovaLocks(nova.locks(), owner, nova.lockWait()),
                        owner,
                        inventory,
                        Clock.systemUTC());
        bases.removeLeftovers();
        bases.look();
        return bases;
    }

    private static PullPage pulls(Duties duties, Path state) {
        PullPage pulls = new PullPage(duties, state);
        try {
            pulls.makeKey();
        } catch (IOException full) {
            LOG.warn("no orders are taken until the key can be written: {}", full.toString());
        }
        return pulls;
    }

    private @Nullable OwnCaller account(AgentSettings settings) throws IOException {
        Account account = settings.account();
        return account == null
                ? null
                : open(OwnCaller.of(account, settings.authorities(), System::nanoTime));
    }

    private void begin(
            AgentSettings settings,
            Duties duties,
            @Nullable Announcements announcements,
            PullPage pulls,
            VerifyDuty verify) {
        ScheduledExecutorService clock =
                Executors.newScheduledThreadPool(
                        DUTY_THREADS, Thread.ofPlatform().daemon().name("duty-", 1).factory());
        opened.push(() -> stop(clock));
        every(TIDY_EVERY, clock, "tidying up", duties::tidy);
        every(TIDY_EVERY, clock, "making the key", pulls::makeKey);
        if (announcements != null) {
            every(LOOK_EVERY, clock, "making announced images ready", announcements::work);
        }
        every(settings.pollInterval(), clock, "asking for orders", duties::poll);
        every(settings.pullInterval(), clock, "pulling", duties::pull);
        if (settings.verifyBytesPerSecond() > 0) {
            every(VERIFY_EVERY, clock, "verifying", verify::round);
        }
    }

    /** Nothing of it is done any more when this returns, but for what stands still. */
    private static void stop(ScheduledExecutorService clock) {
        clock.shutdownNow();
        try {
            if (!clock.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("duties are still being done");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** A part of the work that is done again and again. */
    private interface Duty {
        void run() throws IOException;
    }

    private static void every(
            Duration pause, ScheduledExecutorService clock, String what, Duty duty) {
        Runnable once =
                () -> {
                    try {
                        duty.run();
                    } catch (IOException failure) {
                        LOG.warn("{}: {}", what, failure.getMessage());
                    } catch (RuntimeException defect) {
                        LOG.error("{}: a defect", what, defect);
                    }
                };
        clock.scheduleWithFixedDelay(
                once,
                Math.min(pause.toMillis(), TIDY_EVERY.toMillis()),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (IOException failure) {
                LOG.warn("closing: {}", failure.toString());
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
