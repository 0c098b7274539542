package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.patch.ImagePatch;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.library.ImageLibrary;
import mirage.library.ImageNotFoundException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;

/** {@code /v2/images/{image}}: showing, patching, deleting. */
final class ImageHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ImageHandler.class);

    private final Images images;
    private final ImageLibrary library;
    private final ImageFacts facts;
    private final ApiLimits limits;
    private final Clock clock;

    ImageHandler(
            ImageRecords records,
            ImageLibrary library,
            ImageFacts facts,
            ApiLimits limits,
            Clock clock) {
        this.images = new Images(records);
        this.library = library;
        this.facts = facts;
        this.limits = limits;
        this.clock = clock;
    }

    void show(Exchange exchange) throws IOException {
        exchange.answerJson(200, ImageJson.of(facts.refresh(images.visible(exchange))));
    }

    void patch(Exchange exchange) throws IOException {
        String mediaType = mediaTypeOf(exchange);
        ImagePatch.requireMediaType(mediaType);
        ImagePatch patch = ImagePatch.read(mediaType, JsonBody.read(exchange));
        ImageRecord before = images.visible(exchange);
        ImageRecord after = images.change(exchange, image -> patched(exchange, image, patch));
        if (!Objects.equals(before.attributes().name(), after.attributes().name())) {
            relabel(after);
        }
        exchange.answerJson(200, ImageJson.of(facts.refresh(after)));
    }

    /** The record goes first: from then on the image is gone for all, and its bytes may take their time. */
    void delete(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        images.remove(exchange, ImageHandler::requireNotProtected);
        try {
            library.delete(image.id());
        } catch (IOException failure) {
            LOG.error("image {}: removed, its bytes go at the next start", image.id(), failure);
        }
        exchange.answerNoContent();
    }

    private ImageRecord patched(Exchange exchange, ImageRecord image, ImagePatch patch) {
        if (patch.isEmpty()) {
            return image;
        }
        ImageAttributes attributes = patch.applyTo(image);
        Policy.requireMayMake(exchange.caller(), image.attributes(), attributes);
        limits.requireWithin(attributes);
        return image.withAttributes(attributes, clock.instant());
    }

    private static void requireNotProtected(ImageRecord image) {
        if (image.attributes().isProtected()) {
            throw HttpFailure.forbidden(
                    "Image " + image.id() + " is protected and cannot be deleted.");
        }
    }

    /** The library's label follows the record; where it fails to, the next start makes it good. */
    private void relabel(ImageRecord image) {
        if (!image.status().hasData()) {
            return;
        }
        try {
            library.rename(image.id(), Objects.requireNonNullElse(image.attributes().name(), ""));
        } catch (ImageNotFoundException missing) {
            LOG.warn("image {}: the library does not have it", image.id());
        } catch (IOException failure) {
            LOG.warn("image {}: the library keeps its old label", image.id(), failure);
        }
    }

    private static String mediaTypeOf(Exchange exchange) {
        String header = exchange.header("Content-Type");
        return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
