package mirage.agent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.agent.FakeFacade;
import mirage.agent.ServiceFault;
import mirage.agent.ServiceFault.Manner;
import mirage.agent.TestImages;
import mirage.agent.measure.Measures;
import mirage.agent.wire.ImageService;
import mirage.catalog.ImageId;
import mirage.library.View;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long a service is asked again that does not give what it should. */
@Timeout(60)
final class DownloadTest {
    private static final ImageId BASE = new ImageId("11111111-1111-1111-1111-111111111111");
    private static final ImageId CHILD = new ImageId("22222222-2222-2222-2222-222222222222");
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofSeconds(3);

    @TempDir private Path directory;

    private FakeFacade service;
    private ImageService wire;
    private Measures measures;

    @BeforeEach
    void start() throws Exception {
        byte[] disk = TestImages.disk(1, 1 << 20);
        byte[] child = TestImages.child(disk, 2);
        service = new FakeFacade(directory);
        service.add(BASE.value(), "base", disk, "raw", disk);
        service.add(CHILD.value(), "child", child, "raw", child);
        service.delta(BASE.value(), View.DISK, CHILD.value(), View.DISK);
        wire = ImageService.at(service.uri(), null);
        measures = new Measures();
    }

    @AfterEach
    void stop() throws IOException {
        measures.close();
        wire.close();
        service.close();
    }

    /** Fetches the delta of a service with a fault. */
    private void fetch(ServiceFault fault, long most, Deadline deadline) throws IOException {
        service.fault = fault;
        new HttpFacade(wire, new Bandwidth(0), measures)
                .fetchDelta(
                        CHILD,
                        ImageView.DISK,
                        new Candidate(BASE, ImageView.DISK, 1, false),
                        Caller.withToken(FakeFacade.TOKEN),
                        false,
                        directory.resolve("fetched"),
                        most,
                        deadline);
    }

    private static ServiceFault answering(Manner manner) {
        return new ServiceFault() {
            @Override
            public Manner manner(String target) {
                return manner;
            }
        };
    }

    @Test
    void oneThatIsBusyIsWaitedForAsLongAsNothingMayCome() {
        assertThatThrownBy(() ->
                        fetch(answering(Manner.busy()), Long.MAX_VALUE, Deadline.in(LONG, SHORT)))
                .isInstanceOf(Deadline.LateException.class);
    }

    @Test
    void oneThatFailsIsAskedAFewTimes() {
        for (int status : new int[] {500, 502, 503, 504}) {
            assertThatThrownBy(() ->
                            fetch(
                                    answering(Manner.refusing(status)),
                                    Long.MAX_VALUE,
                                    Deadline.in(LONG)))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.status()).isEqualTo(status));
        }
    }

    @Test
    void whatIsTooGreatIsTold() {
        assertThatThrownBy(() -> fetch(ServiceFault.NONE, 100, Deadline.in(LONG)))
                .isInstanceOf(TooGreatException.class);
    }

    @Test
    void aFileThatCannotBeWrittenIsNotTheServicesFault() throws IOException {
        Files.createDirectory(directory.resolve("fetched"));
        assertThatThrownBy(() -> fetch(ServiceFault.NONE, Long.MAX_VALUE, Deadline.in(LONG)))
                .isInstanceOf(NotWrittenException.class);
    }

    @Test
    void whatComesSlowlyMayTakeAsLongAsItTakesWhileItComes() throws IOException {
        ServiceFault slow = answering(Manner.dripping(2_000, Duration.ofMillis(500)));
        fetch(slow, Long.MAX_VALUE, Deadline.whileMoving(SHORT));
        assertThat(Files.size(directory.resolve("fetched"))).isGreaterThan(9_000);
        assertThatThrownBy(() -> fetch(slow, Long.MAX_VALUE, Deadline.in(Duration.ofSeconds(1))))
                .isInstanceOf(Deadline.LateException.class);
    }
}
