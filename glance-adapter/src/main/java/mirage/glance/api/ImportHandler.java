package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.identity.Caller;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.Task;
import mirage.glance.schema.ImageSchema;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.transfer.ImportJob;
import mirage.glance.transfer.ImportRequest;
import mirage.glance.transfer.ImportRequest.Method;
import mirage.glance.web.WebRefusedException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code /v2/images/{image}/import}: begins an import, which goes on in the background. */
final class ImportHandler {
    private final ImageService service;
    private final ImageStores stores;
    private final Access access;
    private final Images images;

    ImportHandler(ImageService service, Access access) {
        this.service = service;
        this.stores = service.stores();
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    void begin(Exchange exchange) throws IOException {
        JsonNode body = JsonBody.read(exchange);
        Method method = methodIn(body);
        requireDetails(method, body);
        ImageRecord image = images.visible(exchange);
        requireState(image, method);
        String rule = method == Method.COPY_IMAGE ? RuleNames.COPY_IMAGE : RuleNames.MODIFY_IMAGE;
        access.require(rule, exchange.caller(), image);
        List<String> targets = targets(exchange, body, image, method);
        boolean allMustSucceed = body.path("all_stores_must_succeed").asBoolean(true);
        if (!allMustSucceed && !stores.areNamed()) {
            throw HttpFailure.badRequest(
                    "all_stores_must_succeed can only be set where there are several stores");
        }
        if (!targets.isEmpty()) {
            service.quotas()
                    .requireRoomToImport(image, method == Method.GLANCE_DIRECT, targets.size());
            ImportRequest request =
                    new ImportRequest(
                            image.id(), method, body.path("method"), targets, allMustSucceed);
            start(exchange, request);
        }
        exchange.answer(202, "text/html; charset=UTF-8", "");
    }

    /** The task, and with it the lock of the image. */
    private void start(Exchange exchange, ImportRequest request) {
        Instant now = service.clock().instant();
        Task task =
                service.newTask(exchange, ImportJob.TYPE, request.image(), request.toJson(), now);
        if (request.method() == Method.GLANCE_DOWNLOAD) {
            service.sources().remember(task, exchange.caller().token().text());
        }
        service.runner().submit(task, () -> lock(request, task, exchange.caller(), now));
    }

    private void lock(ImportRequest request, Task task, Caller caller, Instant now) {
        try {
            service.records()
                    .update(
                            request.image(),
                            image -> injected(locked(image, request, task, now), request, caller));
        } catch (RecordNotFoundException deleted) {
            throw Images.notFound(request.image().value());
        }
    }

    private ImageRecord locked(ImageRecord image, ImportRequest request, Task task, Instant now) {
        requireState(image, request.method());
        ImageRecord locked =
                image.withImport(new ImageImport(task.id(), shownStores(request), List.of()), now);
        return request.method() == Method.COPY_IMAGE ? locked : locked.importing(now);
    }

    /** With the properties that operators give every import but a copy. */
    private ImageRecord injected(ImageRecord image, ImportRequest request, Caller caller) {
        Map<String, String> properties = service.settings().injected().forCaller(caller);
        if (properties.isEmpty() || request.method() == Method.COPY_IMAGE) {
            return image;
        }
        ImageAttributes.Draft draft = image.attributes().draft();
        draft.properties().putAll(properties);
        return image.withAttributes(draft.build(), image.updatedAt());
    }

    /** Where stores have no names for clients, there is none to tell them of. */
    private List<String> shownStores(ImportRequest request) {
        return stores.areNamed() ? request.stores() : List.of();
    }

    private Method methodIn(JsonNode body) {
        JsonNode method = body.path("method");
        String name = method.path("name").textValue();
        if (name == null) {
            throw HttpFailure.badRequest("Import request requires a 'name' field in 'method'.");
        }
        for (Method offered : service.settings().importMethods()) {
            if (offered.wireName().equals(name)) {
                return offered;
            }
        }
        throw HttpFailure.badRequest("Unknown import method name '" + name + "'.");
    }

    private void requireDetails(Method method, JsonNode body) {
        requireFlag(body, "all_stores");
        requireFlag(body, "all_stores_must_succeed");
        JsonNode listed = body.path("stores");
        if (!listed.isMissingNode() && !listed.isArray()) {
            throw HttpFailure.badRequest("'stores' must be an array of names of stores.");
        }
        JsonNode details = body.path("method");
        if (method == Method.WEB_DOWNLOAD) {
            requireUri(details.path("uri").textValue());
        } else if (method == Method.GLANCE_DOWNLOAD) {
            requireText(details, "glance_region");
            requireText(details, "glance_image_id");
            String id = details.path("glance_image_id").asText();
            if (!ImageSchema.isImageId(id)) {
                throw HttpFailure.badRequest("Remote image id does not look like a UUID: " + id);
            }
            if (!details.has("glance_service_interface") && details instanceof ObjectNode object) {
                object.put("glance_service_interface", "public");
            }
        }
    }

    private void requireUri(@Nullable String uri) {
        if (uri == null) {
            throw HttpFailure.badRequest("'uri' is required for import method 'web-download'.");
        }
        try {
            service.web().require(uri);
        } catch (WebRefusedException refused) {
            throw HttpFailure.badRequest(
                    "URI for web-download does not pass filtering: "
                            + uri
                            + " ("
                            + refused.getMessage()
                            + ")");
        }
    }

    private static void requireText(JsonNode details, String field) {
        if (!details.path(field).isTextual()) {
            throw HttpFailure.badRequest(
                    "'" + field + "' needs to be set for glance-download import method");
        }
    }

    private static void requireFlag(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw HttpFailure.badRequest("'" + field + "' must be boolean value only");
        }
    }

    private static void requireState(ImageRecord image, Method method) {
        String refusal =
                switch (method) {
                    case GLANCE_DIRECT ->
                            isStaged(image)
                                    ? null
                                    : "Image needs to be staged before 'glance-direct' method can"
                                            + " be used";
                    case COPY_IMAGE ->
                            image.status() == ImageStatus.ACTIVE
                                    ? null
                                    : "Only images with status active can be targeted for copying";
                    case WEB_DOWNLOAD, GLANCE_DOWNLOAD ->
                            image.status() == ImageStatus.QUEUED
                                    ? null
                                    : "Image needs to be in 'queued' state to use '"
                                            + method.wireName()
                                            + "' method";
                };
        if (refusal != null) {
            throw HttpFailure.conflict(refusal);
        }
        if (image.attributes().containerFormat() == null) {
            throw HttpFailure.conflict("'container_format' needs to be set before import");
        }
        if (image.attributes().diskFormat() == null) {
            throw HttpFailure.conflict("'disk_format' needs to be set before import");
        }
        if (image.imported() != null && !image.imported().task().isEmpty()) {
            throw HttpFailure.conflict(
                    "New operation on image '"
                            + image.id()
                            + "' is not permitted as prior operation is still in progress");
        }
    }

    /** All bytes are there, and none come any more. */
    private static boolean isStaged(ImageRecord image) {
        return image.status() == ImageStatus.UPLOADING
                && image.node().isEmpty()
                && image.data() != null;
    }

    private List<String> targets(
            Exchange exchange, JsonNode body, ImageRecord image, Method method) {
        if (!stores.areNamed()) {
            return List.of(stores.byDefault().id());
        }
        boolean all = body.path("all_stores").asBoolean(false);
        List<String> targets = new ArrayList<>();
        body.path("stores").forEach(name -> targets.add(name.asText()));
        if (all && !targets.isEmpty()) {
            throw HttpFailure.badRequest("All_stores parameter can't be used with stores list");
        }
        if (all) {
            stores.writable().forEach(store -> targets.add(store.id()));
        } else if (targets.isEmpty()) {
            String header = exchange.header("X-Image-Meta-Store");
            targets.add(header == null ? stores.byDefault().id() : header);
        }
        for (String target : targets) {
            ImageStore store = stores.find(target);
            if (!(store instanceof LibraryStore)) {
                throw HttpFailure.conflict(
                        (store == null ? "Unknown" : "Read-only") + " store identifier: " + target);
            }
        }
        return method == Method.COPY_IMAGE ? withoutPresent(targets, image, all) : targets;
    }

    private static List<String> withoutPresent(
            List<String> targets, ImageRecord image, boolean all) {
        List<String> missing = new ArrayList<>(targets);
        for (ImageLocation location : image.locations()) {
            if (missing.remove(location.store()) && !all) {
                throw HttpFailure.badRequest(
                        "Image is already present at store '" + location.store() + "'");
            }
        }
        return missing;
    }
}
