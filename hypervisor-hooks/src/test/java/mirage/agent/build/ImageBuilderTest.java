package mirage.agent.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.measure.Measures.Cause;
import mirage.catalog.ImageId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Whatever comes, whoever wants an image is told that it is not made here. */
final class ImageBuilderTest {
    private static final ImageId IMAGE = new ImageId("11111111-1111-1111-1111-111111111111");
    private static final Caller CALLER = Caller.withToken("token");

    @TempDir private Path directory;

    /** A service that throws at everything. */
    private static Facade throwing(Throwable failure) {
        return (Facade)
                Proxy.newProxyInstance(
                        Facade.class.getClassLoader(),
                        new Class<?>[] {Facade.class},
                        (_, _, _) -> {
                            throw failure;
                        });
    }

    /** A service that has an image in which a disk is packed, and reads that. */
    private static Facade packed(String format) {
        ImageViews views =
                new ImageViews(
                        IMAGE,
                        new ImageViews.Container(format, 1000, "0".repeat(64), null),
                        new ImageViews.Disk(1 << 20, null),
                        List.of());
        return (Facade)
                Proxy.newProxyInstance(
                        Facade.class.getClassLoader(),
                        new Class<?>[] {Facade.class},
                        (_, method, _) -> {
                            if (method.getName().equals("describe")) {
                                return views;
                            }
                            throw new AssertionError("asked for " + method.getName());
                        });
    }

    private void requireTold(Throwable failure, Cause cause) throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, 1 << 20, 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (Measures measures = new Measures();
                ImageBuilder builder =
                        new ImageBuilder(
                                throwing(failure),
                                inventory,
                                shelf,
                                () -> {},
                                measures,
                                new BuildSettings(
                                        0.5, 1, Duration.ofMinutes(1), BuildSettings.STILL),
                                threads)) {
            for (ImageView view : ImageView.values()) {
                assertThatThrownBy(() -> builder.make(IMAGE, view, CALLER))
                        .isInstanceOfSatisfying(
                                CannotMakeException.class,
                                cannot -> assertThat(cannot.why()).isEqualTo(cause));
            }
            assertThat(measures.scrape())
                    .contains(
                            "mirage_agent_fallbacks_total{cause=\"%s\"} 2.0"
                                    .formatted(cause.name().toLowerCase(java.util.Locale.ROOT)));
            builder.close();
            assertThatThrownBy(() -> builder.make(IMAGE, ImageView.DISK, CALLER))
                    .isInstanceOf(CannotMakeException.class);
        }
    }

    /** Nova would give a guest the packed bytes: it gets no disk in their place, neither made nor downloaded. */
    @ParameterizedTest
    @ValueSource(strings = {"gzip+raw", "ova", "xz+ova"})
    void thePackedDiskIsNotMade(String format) throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, 1 << 20, 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (Measures measures = new Measures();
                ImageBuilder builder =
                        new ImageBuilder(
                                packed(format),
                                inventory,
                                shelf,
                                () -> {},
                                measures,
                                new BuildSettings(
                                        0.5, 1, Duration.ofMinutes(1), BuildSettings.STILL),
                                threads)) {
            assertThatThrownBy(() -> builder.make(IMAGE, ImageView.DISK, CALLER))
                    .isInstanceOfSatisfying(
                            CannotMakeException.class,
                            cannot -> assertThat(cannot.why()).isEqualTo(Cause.NOT_OFFERED));
            assertThatThrownBy(() -> builder.makeOrFetch(IMAGE, CALLER, false))
                    .isInstanceOfSatisfying(
                            CannotMakeException.class,
                            cannot -> assertThat(cannot.why()).isEqualTo(Cause.NOT_OFFERED));
        }
    }

    @Test
    void errorsAreTold() throws IOException {
        requireTold(new UnsatisfiedLinkError("no library here"), Cause.OTHER);
        requireTold(new StackOverflowError(), Cause.OTHER);
    }

    @Test
    void defectsAreTold() throws IOException {
        requireTold(new IllegalStateException("a defect"), Cause.OTHER);
    }

    @Test
    void aServiceThatIsAwayIsTold() throws IOException {
        requireTold(new IOException("connection refused"), Cause.SERVICE);
    }
}
