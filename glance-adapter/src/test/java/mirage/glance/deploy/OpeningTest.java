package mirage.glance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.deploy.Shelf;
import mirage.deploy.ShelfName;
import mirage.deploy.ShelfSettings;
import mirage.glance.http.HttpFailure;
import mirage.library.ImageNotFoundException;
import mirage.library.NotDeployableException;
import mirage.library.NotDeployableException.Why;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** What a library says, as answers. */
final class OpeningTest {
    private static final ImageId IMAGE = new ImageId("image");

    @TempDir private Path directory;

    private static void assertAnswers(IOException thrown, int status, boolean retry) {
        assertThatThrownBy(() ->
                        Opening.of(() -> {
                            throw thrown;
                        }))
                .isInstanceOfSatisfying(
                        HttpFailure.class,
                        answer -> {
                            assertThat(answer.status()).isEqualTo(status);
                            assertThat(answer.headers())
                                    .isEqualTo(retry ? Map.of("Retry-After", "5") : Map.of());
                        });
    }

    @Test
    void whatWaitingHelpsIsToldApart() {
        assertAnswers(new NotDeployableException(IMAGE, "is not yet", Why.YET), 409, true);
        assertAnswers(new NotDeployableException(IMAGE, "has no disk", Why.OPAQUE), 409, false);
        assertAnswers(new NotDeployableException(IMAGE, "has two", Why.SEVERAL_DISKS), 409, false);
        assertAnswers(new ImageNotFoundException(IMAGE), 409, false);
        assertAnswers(new FormatException("a disk of 2 EiB"), 409, false);
        assertAnswers(new IOException("the disk is gone"), 503, false);
    }

    @Test
    void aBusyShelfIsAskedAgain() throws IOException {
        Shelf shelf = Shelf.open(directory, ShelfSettings.of(1, 1), Clock.systemUTC());
        shelf.close();
        assertThatThrownBy(() ->
                        Opening.of(
                                () -> shelf.get(new ShelfName("a.delta"), (_, _, _) -> {}, false)))
                .isInstanceOfSatisfying(
                        HttpFailure.class,
                        answer -> {
                            assertThat(answer.status()).isEqualTo(503);
                            assertThat(answer.headers()).containsEntry("Retry-After", "5");
                        });
    }
}
