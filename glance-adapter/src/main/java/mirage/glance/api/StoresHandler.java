package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code /v2/info/stores} and {@code /v2/stores}: the named stores. They are not there when there are none. */
final class StoresHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StoresHandler.class);

    private final ImageService service;
    private final ImageStores stores;
    private final Access access;
    private final Images images;

    StoresHandler(ImageService service, Access access) {
        this.service = service;
        this.stores = service.stores();
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    void list(Exchange exchange) throws IOException {
        requireNamed();
        answer(exchange, false);
    }

    void listWithDetails(Exchange exchange) throws IOException {
        requireNamed();
        access.require(RuleNames.STORES_INFO_DETAIL, exchange.caller());
        answer(exchange, true);
    }

    /** Takes an image out of one of several stores that have it. */
    void deleteImage(Exchange exchange) throws IOException {
        requireNamed();
        String id = exchange.variable("store");
        ImageStore store = stores.find(id);
        if (store == null) {
            throw HttpFailure.conflict(
                    "The selected store " + id + " is not available on this node.");
        }
        ImageRecord before = images.visible(exchange);
        access.require(RuleNames.GET_IMAGE_LOCATION, exchange.caller(), before);
        List<ImageLocation> gone = new ArrayList<>();
        images.change(
                exchange,
                RuleNames.DELETE_IMAGE_LOCATION,
                image -> {
                    gone.clear();
                    ImageLocation location = locationIn(id, image);
                    gone.add(location);
                    List<ImageLocation> left = new ArrayList<>(image.locations());
                    left.remove(location);
                    return image.withLocations(left, service.clock().instant());
                });
        try {
            for (ImageLocation location : gone) {
                store.delete(location);
            }
        } catch (IOException failure) {
            LOG.error("image {}: its bytes stay in {}", before.id(), id, failure);
        }
        exchange.answerNoContent();
    }

    private static ImageLocation locationIn(String store, ImageRecord image) {
        if (image.status() != ImageStatus.ACTIVE) {
            throw HttpFailure.conflict(
                    "It's not allowed to remove image data from store if image status is not"
                            + " 'active'");
        }
        if (image.locations().size() == 1) {
            throw HttpFailure.forbidden(
                    "Cannot delete image data from the only store containing it. Consider deleting"
                            + " the image instead.");
        }
        for (ImageLocation location : image.locations()) {
            if (location.store().equals(store)) {
                return location;
            }
        }
        throw HttpFailure.notFound(
                "Image " + image.id() + " is not stored in store " + store + ".");
    }

    private void answer(Exchange exchange, boolean withDetails) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("stores");
        for (ImageStore store : stores.all()) {
            ObjectNode json = list.addObject();
            json.put("id", store.id());
            if (!store.description().isEmpty()) {
                json.put("description", store.description());
            }
            // Glance has these two as texts, and only where they are true.
            if (stores.isDefault(store)) {
                json.put("default", "true");
            }
            if (store.isReadOnly()) {
                json.put("read-only", "true");
            }
            if (withDetails) {
                json.put("type", store.type());
                json.put("weight", store.weight());
                ObjectNode properties = json.putObject("properties");
                store.properties().forEach(properties::put);
            }
        }
        exchange.answerJson(200, answer);
    }

    private void requireNamed() {
        if (!stores.areNamed()) {
            throw HttpFailure.notFound("Multi backend is not supported at this site.");
        }
    }
}
