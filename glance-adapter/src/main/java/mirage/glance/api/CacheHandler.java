package mirage.glance.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.cache.CachedImage;
import mirage.glance.cache.ImageCache;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.schema.ImageSchema;

import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/** {@code /v2/cache}: what this machine keeps ready. Not there when it keeps nothing. */
final class CacheHandler {
    private static final double NANOS = 1e9;

    private final ImageService service;
    private final Access access;
    private final Images images;

    CacheHandler(ImageService service, Access access) {
        this.service = service;
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    void show(Exchange exchange) throws IOException {
        ImageCache cache = cacheFor(RuleNames.CACHE_LIST, exchange);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode cached = answer.putArray("cached_images");
        for (CachedImage image : cache.images()) {
            cached.addObject()
                    .put("image_id", image.id().value())
                    .put("hits", image.hits())
                    .put("last_accessed", seconds(image.lastAccessed()))
                    .put("last_modified", seconds(image.lastModified()))
                    .put("size", image.size());
        }
        ArrayNode queue = answer.putArray("queued_images");
        cache.queue().forEach(image -> queue.add(image.value()));
        exchange.answerJson(200, answer);
    }

    void enqueue(Exchange exchange) throws IOException {
        String id = exchange.variable("image");
        ImageRecord image = images.visible(id, exchange.caller());
        if (image == null) {
            throw notFound(id);
        }
        ImageCache cache = cacheFor(RuleNames.CACHE_IMAGE, exchange);
        if (image.status() != ImageStatus.ACTIVE) {
            throw HttpFailure.badRequest(
                    "Only images with status active can be targeted for queueing");
        }
        cache.enqueue(image.id());
        exchange.answer(202, "text/html; charset=UTF-8", "");
    }

    void remove(Exchange exchange) throws IOException {
        String id = exchange.variable("image");
        ImageCache cache = cacheFor(RuleNames.CACHE_DELETE, exchange);
        boolean known = ImageSchema.isImageId(id) && cache.knows(new ImageId(id));
        if (!known && images.visible(id, exchange.caller()) == null) {
            throw notFound(id);
        }
        cache.remove(new ImageId(id));
        exchange.answerNoContent();
    }

    void clear(Exchange exchange) throws IOException {
        ImageCache cache = cacheFor(RuleNames.CACHE_DELETE, exchange);
        String target =
                Objects.requireNonNullElse(exchange.header("x-image-cache-clear-target"), "")
                        .toLowerCase(Locale.ROOT);
        switch (target) {
            case "" -> {
                cache.clearQueue();
                cache.clear();
            }
            case "cache" -> cache.clear();
            case "queue" -> cache.clearQueue();
            default ->
                    throw HttpFailure.badRequest(
                            "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or"
                                    + " empty string.");
        }
        exchange.answerNoContent();
    }

    private ImageCache cacheFor(String rule, Exchange exchange) {
        access.require(rule, exchange.caller());
        ImageCache cache = service.cache();
        if (cache == null) {
            throw HttpFailure.notFound("Caching via API is not supported at this site.");
        }
        return cache;
    }

    private static HttpFailure notFound(String id) {
        return HttpFailure.notFound("Image " + id + " not found.");
    }

    /** As Glance writes times here: seconds since 1970 with a fraction. */
    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / NANOS;
    }
}
