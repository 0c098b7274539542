package mirage.glance.deploy;

import mirage.bytes.FormatException;
import mirage.delta.NoDeltaException;
import mirage.deploy.ShelfBusyException;
import mirage.glance.http.HttpFailure;
import mirage.library.ImageNotFoundException;
import mirage.library.NotDeployableException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** What a library says of images that it cannot give, as answers. */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private Opening() {}

    /** Something that is asked of a library before an answer has begun. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws IOException;
    }

    /**
     * Asks.
     *
     * @throws HttpFailure 409 when the images are not such that there is an answer, 503 when there is none now
     */
    static <T> T of(Question<T> question) {
        try {
            return question.ask();
        } catch (NotDeployableException refused) {
            throw switch (refused.why()) {
                case YET ->
                        new HttpFailure(
                                409, "The image is still being taken apart.", Deployables.LATER);
                case OPAQUE -> HttpFailure.conflict("The disk in the image cannot be read.");
                case SEVERAL_DISKS -> HttpFailure.conflict("The image is of several disks.");
            };
        } catch (ImageNotFoundException lost) {
            LOG.error("{}, and its record says that it is", lost.getMessage());
            throw HttpFailure.conflict("The image is in no store of this service.");
        } catch (NoDeltaException none) {
            throw HttpFailure.conflict("There is no delta between these images.");
        } catch (FormatException refused) {
            LOG.warn("an image cannot be deployed: {}", refused.getMessage());
            throw HttpFailure.conflict("The disk in the image cannot be read.");
        } catch (ShelfBusyException busy) {
            throw new HttpFailure(503, "This takes long to make. Ask again.", Deployables.LATER);
        } catch (IOException failure) {
            LOG.error("an image cannot be deployed now", failure);
            throw new HttpFailure(503, "The image data cannot be read now.");
        }
    }
}
