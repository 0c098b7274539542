package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.patch.ImagePatch;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.schema.ImageSchema;
import mirage.glance.store.LibraryStore;
import mirage.glance.transfer.ImageFacts;
import mirage.library.ImageNotFoundException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Objects;

/** {@code /v2/images/{image}}: showing, patching, deleting. */
final class ImageHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ImageHandler.class);

    private final ImageService service;
    private final Access access;
    private final Images images;
    private final ImageFacts facts;
    private final ImageJson json;
    private final Locations locations;
    private final ImageSchema schema;

    ImageHandler(ImageService service, Access access, ImageFacts facts, ImageJson json) {
        this.service = service;
        this.access = access;
        this.images = new Images(service.records(), access);
        this.facts = facts;
        this.json = json;
        this.locations = new Locations(service);
        this.schema = new ImageSchema(service.settings().formats());
    }

    void show(Exchange exchange) throws IOException {
        exchange.answerJson(
                200, json.of(facts.refresh(images.visible(exchange)), exchange.caller()));
    }

    void patch(Exchange exchange) throws IOException {
        String mediaType = exchange.mediaType();
        ImagePatch.requireMediaType(mediaType);
        ImagePatch patch = ImagePatch.read(mediaType, JsonBody.read(exchange), schema);
        ImageRecord before = images.visible(exchange);
        Locations.Change moved =
                locations.prepare(patch.locationChanges(), access, exchange.caller(), before);
        ImageRecord after =
                images.change(
                        exchange,
                        RuleNames.MODIFY_IMAGE,
                        image -> moved.applyTo(patched(exchange, image, patch)));
        moved.forgetRemoved(after);
        if (!Objects.equals(before.attributes().name(), after.attributes().name())) {
            relabel(after);
        }
        exchange.answerJson(200, json.of(facts.refresh(after), exchange.caller()));
    }

    /** The record goes first: from then on the image is gone for all, and its bytes may take their time. */
    void delete(Exchange exchange) throws IOException {
        ImageRecord removed =
                images.remove(exchange, RuleNames.DELETE_IMAGE, ImageHandler::requireNotProtected);
        for (LibraryStore store : service.stores().writable()) {
            try {
                store.library().delete(removed.id());
            } catch (IOException failure) {
                LOG.error(
                        "image {}: removed, its bytes in {} go at the next start",
                        removed.id(),
                        store.id(),
                        failure);
            }
        }
        if (service.cache() != null) {
            service.cache().remove(removed.id());
        }
        exchange.answerNoContent();
    }

    private ImageRecord patched(Exchange exchange, ImageRecord image, ImagePatch patch) {
        if (patch.isEmpty()) {
            return image;
        }
        ImageAttributes attributes = patch.applyTo(image, access.propertiesOf(exchange.caller()));
        access.requireMayMake(exchange.caller(), image.attributes(), attributes);
        service.settings().limits().requireWithin(attributes);
        return image.withAttributes(attributes, service.clock().instant());
    }

    private static void requireNotProtected(ImageRecord image) {
        if (image.attributes().isProtected()) {
            throw HttpFailure.forbidden(
                    "Image " + image.id() + " is protected and cannot be deleted.");
        }
    }

    /** The library's label follows the record; where it fails to, the next start makes it good. */
    private void relabel(ImageRecord image) {
        String label = Objects.requireNonNullElse(image.attributes().name(), "");
        for (ImageLocation location : image.locations()) {
            if (service.stores().of(location) instanceof LibraryStore store) {
                try {
                    store.library().rename(image.id(), label);
                } catch (ImageNotFoundException missing) {
                    LOG.warn("image {}: store {} does not have it", image.id(), store.id());
                } catch (IOException failure) {
                    LOG.warn("image {}: the library keeps its old label", image.id(), failure);
                }
            }
        }
    }
}
