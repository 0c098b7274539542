package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.Task;
import mirage.glance.store.WebStore;
import mirage.glance.transfer.LocationJob;
import mirage.glance.transfer.Uploads;
import mirage.glance.web.WebRefusedException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** {@code /v2/images/{image}/locations}, of API 2.17: for services to ask where bytes are, and to say where they are. */
final class LocationsHandler {
    /** Hexadecimal digits of a digest by its algorithm. */
    private static final Map<String, Integer> HASH_DIGITS =
            Map.of("md5", 32, "sha1", 40, "sha256", 64, "sha512", 128);

    private final ImageService service;
    private final Access access;
    private final Images images;
    private final ImageJson json;

    LocationsHandler(ImageService service, Access access, ImageJson json) {
        this.service = service;
        this.access = access;
        this.images = new Images(service.records(), access);
        this.json = json;
    }

    void list(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        access.require(RuleNames.FETCH_IMAGE_LOCATION, exchange.caller(), image);
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        for (ImageLocation location : image.locations()) {
            answer.add(json.of(location));
        }
        exchange.answerJson(200, answer);
    }

    void add(Exchange exchange) throws IOException {
        JsonNode body = JsonBody.read(exchange);
        String url = body.path("url").textValue();
        if (url == null || url.isEmpty()) {
            throw HttpFailure.badRequest("'url' is required to add a location.");
        }
        ImageData.Hash expected = hashIn(body.path("validation_data"));
        ImageRecord image = images.visible(exchange);
        access.require(RuleNames.ADD_IMAGE_LOCATION, exchange.caller(), image);
        requireReadable(url);
        requireQueued(image);
        service.quotas().requireRoomToImport(image, false, 1);
        Instant now = service.clock().instant();
        Task task =
                service.newTask(
                        exchange,
                        LocationJob.TYPE,
                        image.id(),
                        LocationJob.input(image.id(), url, expected),
                        now);
        service.runner().submit(task, () -> lock(image, task, now));
        exchange.answer(202, "text/html; charset=UTF-8", "");
    }

    private void lock(ImageRecord seen, Task task, Instant now) {
        try {
            service.records()
                    .update(
                            seen.id(),
                            image -> {
                                requireQueued(image);
                                return image.withImport(
                                                new ImageImport(task.id(), List.of(), List.of()),
                                                now)
                                        .importing(now);
                            });
        } catch (RecordNotFoundException deleted) {
            throw Images.notFound(seen.id().value());
        }
    }

    /** Only the web can be named: naming bytes in a store of this service would be reaching for somebody else's. */
    private void requireReadable(String url) {
        boolean onTheWeb = service.stores().of(ImageLocation.at("", url)) instanceof WebStore;
        if (!onTheWeb) {
            throw HttpFailure.forbidden("No store reads images from " + url);
        }
        try {
            var unused = service.web().require(url);
        } catch (WebRefusedException refused) {
            throw HttpFailure.badRequest(
                    "URI for add location does not pass filtering: " + refused.getMessage());
        }
    }

    private static void requireQueued(ImageRecord image) {
        if (image.status() != ImageStatus.QUEUED) {
            throw HttpFailure.conflict("Only images in status queued can get a location.");
        }
        if (Uploads.lacksFormats(image)) {
            throw HttpFailure.conflict(
                    "Properties disk_format, container_format must be set before a location is"
                            + " added.");
        }
    }

    private static ImageData.@Nullable Hash hashIn(JsonNode said) {
        if (said.isMissingNode() || said.isEmpty()) {
            return null;
        }
        String algorithm = said.path("os_hash_algo").textValue();
        String value = said.path("os_hash_value").textValue();
        if (algorithm == null || value == null || said.size() != 2) {
            throw HttpFailure.badRequest(
                    "validation_data must have os_hash_algo and os_hash_value.");
        }
        Integer digits = HASH_DIGITS.get(algorithm);
        if (digits == null || !value.matches("[0-9a-fA-F]{" + digits + "}")) {
            throw HttpFailure.badRequest(
                    "os_hash_value must be a digest in hexadecimal, os_hash_algo one of md5, sha1,"
                            + " sha256, sha512.");
        }
        return new ImageData.Hash(algorithm, value);
    }
}
