package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;

import java.io.IOException;
import java.time.Clock;

/** {@code /v2/images/{image}/actions/…}: taking an image out of use and back. Doing it twice is doing it once. */
final class ActionsHandler {
    private final Images images;
    private final Clock clock;

    ActionsHandler(ImageService service, Access access) {
        this.images = new Images(service.records(), access);
        this.clock = service.clock();
    }

    void deactivate(Exchange exchange) throws IOException {
        images.change(exchange, RuleNames.DEACTIVATE, this::deactivated);
        exchange.answerNoContent();
    }

    void reactivate(Exchange exchange) throws IOException {
        images.change(exchange, RuleNames.REACTIVATE, this::reactivated);
        exchange.answerNoContent();
    }

    private ImageRecord deactivated(ImageRecord image) {
        requireData(image, "deactivate");
        return image.status() == ImageStatus.DEACTIVATED
                ? image
                : image.deactivated(clock.instant());
    }

    private ImageRecord reactivated(ImageRecord image) {
        requireData(image, "reactivate");
        return image.status() == ImageStatus.ACTIVE ? image : image.reactivated(clock.instant());
    }

    private static void requireData(ImageRecord image, String action) {
        if (!image.status().hasData()) {
            throw HttpFailure.forbidden(
                    "Not allowed to "
                            + action
                            + " image in status '"
                            + image.status().wireName()
                            + "'");
        }
    }
}
