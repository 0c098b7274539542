package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.http.QueryString;
import mirage.glance.identity.Caller;
import mirage.glance.policy.RuleNames;
import mirage.glance.query.ListRequest;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.RecordExistsException;
import mirage.glance.schema.ImageSchema;
import mirage.glance.store.ImageStore;
import mirage.glance.transfer.ImageFacts;
import mirage.glance.transfer.ImportRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** {@code /v2/images}: creating and listing. */
final class ImagesHandler {
    private static final String PATH = "/v2/images";

    private final ImageService service;
    private final Access access;
    private final Images images;
    private final ImageFacts facts;
    private final ImageJson json;
    private final ImageSchema schema;

    ImagesHandler(ImageService service, Access access, ImageFacts facts, ImageJson json) {
        this.service = service;
        this.access = access;
        this.images = new Images(service.records(), access);
        this.facts = facts;
        this.json = json;
        this.schema = new ImageSchema(service.settings().formats());
    }

    void create(Exchange exchange) throws IOException {
        JsonNode body = JsonBody.read(exchange);
        ImageId id = idOf(body);
        ImageAttributes attributes =
                NewImages.attributes(schema, body, exchange.caller().projectId());
        access.requireMayCreate(exchange.caller(), attributes);
        service.quotas().requireRoomForImage(attributes.owner());
        access.requireMayCreateProperties(exchange.caller(), attributes.properties().keySet());
        service.settings().limits().requireWithin(attributes);
        ImageRecord image = ImageRecord.queued(id, attributes, service.clock().instant());
        try {
            service.records().add(image);
        } catch (RecordExistsException exists) {
            throw HttpFailure.conflict("Image ID " + id + " already exists!");
        }
        exchange.answerHeader("Location", exchange.origin() + ImageJson.pathOf(image));
        sayHowToGoOn(exchange);
        exchange.answerJson(201, json.of(image, exchange.caller()));
    }

    /** The command line client learns from these headers whether it can import, and where to. */
    private void sayHowToGoOn(Exchange exchange) {
        List<ImportRequest.Method> methods = service.settings().importMethods();
        if (!methods.isEmpty()) {
            exchange.answerHeader(
                    "OpenStack-image-import-methods",
                    methods.stream()
                            .map(ImportRequest.Method::wireName)
                            .collect(Collectors.joining(",")));
        }
        if (service.stores().areNamed()) {
            exchange.answerHeader(
                    "OpenStack-image-store-ids",
                    service.stores().all().stream()
                            .map(ImageStore::id)
                            .collect(Collectors.joining(",")));
        }
    }

    void list(Exchange exchange) throws IOException {
        Caller caller = exchange.caller();
        access.require(RuleNames.GET_IMAGES, caller);
        QueryString query = exchange.query();
        ListRequest request =
                ListRequest.read(
                        query, caller, access.isAdmin(caller), service.settings().limits().pages());
        List<ImageRecord> page = service.records().list(request.after(markerOf(request, caller)));
        exchange.answerJson(200, listOf(page, query.without("marker"), request.limit(), caller));
    }

    private ImageId idOf(JsonNode body) {
        JsonNode id = body.get("id");
        if (id == null) {
            return new ImageId(service.newIds().get().toString());
        }
        if (!id.isTextual() || !ImageSchema.isImageId(id.textValue())) {
            throw HttpFailure.badRequest(
                    "Provided object does not match schema 'image': id must be a UUID");
        }
        return new ImageId(id.textValue());
    }

    private @Nullable ImageRecord markerOf(ListRequest request, Caller caller) {
        if (request.marker() == null) {
            return null;
        }
        ImageRecord marker = images.visible(request.marker(), caller);
        if (marker == null) {
            throw HttpFailure.badRequest("No image found with ID " + request.marker());
        }
        return marker;
    }

    /** A full page has a next one, which may turn out to be empty. */
    private ObjectNode listOf(List<ImageRecord> page, QueryString query, int limit, Caller caller)
            throws IOException {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        ArrayNode array = list.putArray("images");
        for (ImageRecord image : page) {
            array.add(json.of(facts.refresh(image), caller));
        }
        list.put("first", query.after(PATH));
        list.put("schema", "/v2/schemas/images");
        if (limit > 0 && page.size() == limit) {
            list.put("next", query.with("marker", page.getLast().id().value()).after(PATH));
        }
        return list;
    }
}
