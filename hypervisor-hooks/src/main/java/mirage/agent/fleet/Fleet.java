package mirage.agent.fleet;

import mirage.agent.fleet.FleetHost.Deployed;
import mirage.catalog.ImageId;
import mirage.command.BenchFolder;
import mirage.deploy.Deployment;
import mirage.deploy.Shelf;
import mirage.deploy.ShelfSettings;
import mirage.library.ImageView;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.MirageLibrary;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Deploys one image to many hosts at the same moment.
 *
 * <p>What a host needs beside its network is measured first, on hosts that are alone on this machine: how long it takes
 * from the last byte of a delta to the base, and from the last byte of the image to the base. How long the service takes
 * to make the delta is measured, too. These are then the same for all hosts.
 */
public final class Fleet implements AutoCloseable {
    private static final int ALONE = 3;
    private static final int MAKERS = 1;

    private final Plan plan;
    private final BenchFolder folder;
    private final MirageLibrary library;
    private final Shelf shelf;
    private final Deployment deployment;
    private final ImageId base = new ImageId("base");
    private final ImageId image = new ImageId("image");
    private final Path baseDisk;
    private int runs;

    /**
     * What is simulated.
     *
     * @param base the disk, raw, that every host has
     * @param image that every host wants, as it is uploaded
     * @param hosts how many there are
     * @param originRate bytes per second of the service's link
     * @param hostRate bytes per second of each host's link
     * @param latency seconds from a request to its answer
     */
    public record Plan(
            Path base, Path image, int hosts, double originRate, double hostRate, double latency) {}

    /**
     * How it went.
     *
     * @param originBytes that the service sent
     * @param seconds from the requests to each host's base, the quickest first
     */
    public record Outcome(String way, long originBytes, List<Double> seconds) {
        public double median() {
            return seconds.get(seconds.size() / 2);
        }

        public double makespan() {
            return seconds.getLast();
        }
    }

    private Fleet(Plan plan, BenchFolder folder) throws IOException {
        this.plan = plan;
        this.folder = folder;
        this.library =
                MirageLibrary.open(
                        folder.path().resolve("library"),
                        LibrarySettings.defaults().withAcknowledge(Acknowledge.COMMITTED));
        this.shelf =
                Shelf.open(
                        folder.path().resolve("deltas"),
                        ShelfSettings.of(Long.MAX_VALUE / 4, MAKERS),
                        Clock.systemUTC());
        this.deployment = new Deployment(library, shelf);
        this.baseDisk = folder.path().resolve("base.raw");
    }

    /**
     * Stores the images.
     *
     * @param work below it the fleet has its folder, null for the system's temporary one
     */
    public static Fleet of(Plan plan, @Nullable Path work) throws IOException {
        Fleet fleet = new Fleet(plan, BenchFolder.in(work));
        try {
            Files.copy(plan.base(), fleet.baseDisk, StandardCopyOption.COPY_ATTRIBUTES);
            fleet.store(fleet.base, plan.base());
            fleet.store(fleet.image, plan.image());
            return fleet;
        } catch (IOException | RuntimeException failure) {
            fleet.close();
            throw failure;
        }
    }

    private void store(ImageId id, Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            library.store(id, file.getFileName().toString(), bytes);
        }
    }

    /** The ways one after the other: whole images, deltas that are ready, a delta that the first request has made. */
    public List<Outcome> run() throws IOException {
        long start = System.nanoTime();
        deployment
                .delta(new ImageView(base, View.DISK), new ImageView(image, View.DISK), false)
                .close();
        double making = (System.nanoTime() - start) / 1e9;
        double fromWhole = alone(null);
        double fromDelta = alone(base);
        return List.of(
                whole(fromWhole),
                deltas("delta, ready", fromDelta, 0),
                deltas("delta, made when asked for", fromDelta, making));
    }

    /** Seconds that a host needs which has this machine for itself, when it has the bytes; the last of some. */
    private double alone(@Nullable ImageId held) throws IOException {
        double seconds = 0;
        for (int i = 0; i < ALONE; i++) {
            VirtualNetwork network = network();
            network.enter(1);
            seconds = deploy(network, held, 0, new Semaphore(1)).seconds();
        }
        return seconds;
    }

    private VirtualNetwork network() {
        return new VirtualNetwork(plan.originRate(), plan.hostRate(), plan.latency());
    }

    /** Whole images differ in nothing but what is on the wire: one host is real, the others are their transfers. */
    private Outcome whole(double seconds) throws IOException {
        long bytes = Files.size(plan.image());
        return fleet(
                "whole",
                network -> {
                    network.transfer(bytes);
                    network.pass(seconds);
                });
    }

    private Outcome deltas(String way, double seconds, double readyAt) throws IOException {
        Semaphore places = new Semaphore(Runtime.getRuntime().availableProcessors());
        return fleet(
                way,
                network -> {
                    deploy(network, base, readyAt, places);
                    network.pass(seconds);
                });
    }

    /** What a host does. */
    private interface Deploying {
        void on(VirtualNetwork network) throws IOException;
    }

    private Outcome fleet(String way, Deploying deploying) throws IOException {
        VirtualNetwork network = network();
        network.enter(plan.hosts());
        List<Double> seconds = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService hosts = Executors.newCachedThreadPool()) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < plan.hosts(); i++) {
                all.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        deploying.on(network);
                                        seconds.add(network.now());
                                    } catch (IOException failure) {
                                        throw new UncheckedIOException(failure);
                                    } finally {
                                        network.leave();
                                    }
                                },
                                hosts));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof UncheckedIOException failure
                    ? failure.getCause()
                    : new IOException(failed.getCause());
        }
        return new Outcome(way, network.sent(), seconds.stream().sorted().toList());
    }

    /** Deploys the image to one host and removes that again; the base was verified by who made it. */
    private Deployed deploy(
            VirtualNetwork network, @Nullable ImageId held, double readyAt, Semaphore places)
            throws IOException {
        Path directory;
        synchronized (this) {
            directory = folder.path().resolve("host-" + runs++);
        }
        FleetService service = new FleetService(library, deployment, network, places, readyAt);
        try (BenchFolder _ = new BenchFolder(Files.createDirectory(directory))) {
            return new FleetHost(directory, service).deploy(image, held, baseDisk);
        }
    }

    @Override
    public void close() throws IOException {
        try (folder;
                library;
                shelf) {
            // from the last to the first
        }
    }
}
