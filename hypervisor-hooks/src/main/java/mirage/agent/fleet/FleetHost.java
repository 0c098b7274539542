package mirage.agent.fleet;

import mirage.agent.build.BuildSettings;
import mirage.agent.build.ImageBuilder;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.nova.BaseDirectory;
import mirage.agent.nova.BaseDirectory.Seeded;
import mirage.agent.nova.NovaLocks;
import mirage.agent.nova.Owner;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

/** A host with an agent's inventory, shelf, builder and folder of bases. */
final class FleetHost {
    /** The real time that this machine may need for all hosts is no matter of theirs. */
    private static final Duration LONG = Duration.ofHours(12);

    private static final Caller NOBODY = Caller.withToken("none");

    private final Path directory;
    private final FleetService service;

    FleetHost(Path directory, FleetService service) {
        this.directory = directory;
        this.service = service;
    }

    /**
     * Puts an image among the bases.
     *
     * @param held an image whose disk the host has, null when it has none
     * @param disk that disk, another name of which the host gets
     * @return the base, and seconds of this machine's time from the last byte of the image to that
     */
    Deployed deploy(ImageId image, @Nullable ImageId held, Path disk) throws IOException {
        Path bases = Files.createDirectories(directory.resolve("instances/_base"));
        Path locks = Files.createDirectories(directory.resolve("instances/locks"));
        Path state = Files.createDirectories(directory.resolve("instances/state"));
        try (Measures measures = new Measures()) {
            Inventory inventory = Inventory.open(state);
            if (held != null) {
                Files.createLink(bases.resolve(BaseDirectory.nameOf(held)), disk);
                inventory.know(List.of(held));
            }
            Shelf shelf = Shelf.open(state, inventory, Long.MAX_VALUE / 4, 0);
            BaseDirectory folder =
                    new BaseDirectory(
                            bases,
                            new NovaLocks(locks, Owner.same(), LONG),
                            Owner.same(),
                            inventory,
                            Clock.systemUTC());
            try (ImageBuilder builder =
                    new ImageBuilder(
                            service,
                            inventory,
                            shelf,
                            folder::look,
                            measures,
                            new BuildSettings(0.5, 1, LONG, LONG),
                            Executors.newVirtualThreadPerTaskExecutor())) {
                Held made =
                        held == null
                                ? builder.makeOrFetch(image, NOBODY, false)
                                : builder.make(image, ImageView.DISK, NOBODY);
                Seeded seeded = folder.seed(made, 0, shelf);
                if (seeded != Seeded.DONE) {
                    throw new IOException("the base of image " + image + " is " + seeded);
                }
                double seconds = (System.nanoTime() - service.arrived()) / 1e9;
                return new Deployed(bases.resolve(BaseDirectory.nameOf(image)), seconds);
            }
        } finally {
            service.free();
        }
    }

    /** What a host has in the end. */
    record Deployed(Path base, double seconds) {}
}
