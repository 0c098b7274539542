package mirage.glance.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.http.QueryString;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;
import mirage.glance.record.Tasks.SortKey;
import mirage.glance.record.Tasks.TaskQuery;
import mirage.glance.schema.ImageSchema;
import mirage.glance.schema.PublishedSchemas;
import mirage.glance.transfer.CreatingImportJob;
import mirage.glance.web.WebRefusedException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code /v2/tasks} and {@code /v2/images/{image}/tasks}: what goes on in the background, in Glance's two shapes. */
final class TasksHandler {
    private static final String PATH = "/v2/tasks";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ImageService service;
    private final Tasks tasks;
    private final Access access;
    private final Images images;

    TasksHandler(ImageService service, Access access) {
        this.service = service;
        this.tasks = service.tasks();
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    void ofImage(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("tasks");
        for (Task task : tasks.ofImage(image.id())) {
            list.add(asRow(task));
        }
        exchange.answerJson(200, answer);
    }

    void list(Exchange exchange) throws IOException {
        requireAccess(exchange);
        QueryString query = exchange.query();
        int limit = limitIn(query.last("limit"));
        boolean ascending = isAscending(query.last("sort_dir"));
        List<Task> page =
                tasks.list(
                        new TaskQuery(
                                null,
                                statusIn(query.last("status")),
                                typeIn(query.last("type")),
                                sortKeyIn(query.last("sort_key")),
                                ascending,
                                markerIn(query.last("marker")),
                                limit));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("tasks");
        page.forEach(task -> list.add(stub(task)));
        QueryString others = query.without("marker");
        answer.put("first", others.after(PATH));
        answer.put("schema", "/v2/schemas/tasks");
        if (limit > 0 && page.size() == limit) {
            answer.put("next", others.with("marker", page.getLast().id()).after(PATH));
        }
        exchange.answerJson(200, answer);
    }

    void show(Exchange exchange) throws IOException {
        requireAccess(exchange);
        String id = exchange.variable("task");
        Task task = tasks.find(id);
        if (task == null) {
            throw HttpFailure.notFound("Could not find task " + id);
        }
        exchange.answerJson(200, whole(task));
    }

    /** The one kind of task that administrators create themselves: an image made of what lies on the web. */
    void create(Exchange exchange) throws IOException {
        requireAccess(exchange);
        JsonNode body = JsonBody.read(exchange);
        if (!CreatingImportJob.TYPE.equals(body.path("type").textValue())) {
            throw HttpFailure.badRequest("Task 'type' is required, and must be import.");
        }
        JsonNode input = body.path("input");
        String from = input.path("import_from").textValue();
        if (from == null
                || !input.path("import_from_format").isTextual()
                || !input.path("image_properties").isObject()) {
            throw HttpFailure.badRequest(
                    "Task 'input' is required, with import_from, import_from_format and"
                            + " image_properties.");
        }
        requireMayCreate(exchange, input.path("image_properties"));
        try {
            var unused = service.web().require(from);
        } catch (WebRefusedException refused) {
            throw HttpFailure.badRequest(String.valueOf(refused.getMessage()));
        }
        String owner = input.path("image_properties").path("owner").textValue();
        service.quotas().requireRoomForImage(owner == null ? exchange.caller().projectId() : owner);
        Instant now = service.clock().instant();
        Task task = service.newTask(exchange, CreatingImportJob.TYPE, null, input.toString(), now);
        service.runner().submit(task, () -> {});
        exchange.answerHeader("Location", exchange.origin() + PATH + "/" + task.id());
        exchange.answerJson(201, whole(task));
    }

    /** Asked now, since the task that makes the image knows its creator's name, but not his roles. */
    private void requireMayCreate(Exchange exchange, JsonNode imageProperties) {
        List<String> custom = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : imageProperties.properties()) {
            if (!ImageSchema.isSettable(property.getKey())) {
                custom.add(property.getKey());
            }
        }
        access.requireMayCreateProperties(exchange.caller(), custom);
    }

    /** Tasks go by themselves when their time has come. */
    void delete(Exchange exchange) throws IOException {
        requireAccess(exchange);
        throw new HttpFailure(
                405,
                "This operation is currently not permitted on Glance Tasks. They are auto deleted"
                        + " after reaching the time based on their expires_at property.",
                Map.of("Allow", "GET"));
    }

    private void requireAccess(Exchange exchange) {
        access.require(RuleNames.TASKS_API_ACCESS, exchange.caller());
    }

    private int limitIn(@Nullable String asked) {
        var pages = service.settings().limits().pages();
        if (asked == null) {
            return pages.byDefault();
        }
        try {
            int limit = Integer.parseInt(asked);
            if (limit < 0) {
                throw HttpFailure.badRequest("limit param must be positive");
            }
            return Math.min(limit, pages.most());
        } catch (NumberFormatException malformed) {
            throw HttpFailure.badRequest("limit param must be an integer");
        }
    }

    private static boolean isAscending(@Nullable String asked) {
        if (asked != null && !asked.equals("asc") && !asked.equals("desc")) {
            throw HttpFailure.badRequest("Invalid sort direction: " + asked);
        }
        return "asc".equals(asked);
    }

    private static Task.@Nullable Status statusIn(@Nullable String asked) {
        if (asked == null) {
            return null;
        }
        for (Task.Status status : Task.Status.values()) {
            if (status.wireName().equals(asked)) {
                return status;
            }
        }
        throw HttpFailure.badRequest("Invalid status value: " + asked);
    }

    private static @Nullable String typeIn(@Nullable String asked) {
        if (asked != null && !PublishedSchemas.taskTypes().contains(asked)) {
            throw HttpFailure.badRequest("Invalid type value: " + asked);
        }
        return asked;
    }

    private static SortKey sortKeyIn(@Nullable String asked) {
        if (asked == null) {
            return SortKey.CREATED_AT;
        }
        for (SortKey key : SortKey.values()) {
            if (key.column().equals(asked)) {
                return key;
            }
        }
        throw HttpFailure.badRequest("Invalid sort key: " + asked);
    }

    private @Nullable Task markerIn(@Nullable String asked) {
        if (asked == null) {
            return null;
        }
        Task marker = ImageSchema.isImageId(asked) ? tasks.find(asked) : null;
        if (marker == null) {
            throw HttpFailure.badRequest("No task found with ID " + asked);
        }
        return marker;
    }

    private static ObjectNode stub(Task task) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", task.id());
        json.put("type", task.type());
        json.put("status", task.status().wireName());
        json.put("owner", task.owner());
        json.put("created_at", Times.seconds(task.createdAt()));
        json.put("updated_at", Times.seconds(task.updatedAt()));
        if (task.expiresAt() != null) {
            json.put("expires_at", Times.seconds(task.expiresAt()));
        }
        json.put("self", PATH + "/" + task.id());
        json.put("schema", "/v2/schemas/task");
        return json;
    }

    private static ObjectNode whole(Task task) {
        ObjectNode json = stub(task);
        json.set("input", jsonIn(task.input()));
        json.set("result", jsonIn(task.result()));
        json.put("message", task.message());
        if (task.image() != null) {
            json.put("image_id", task.image().value());
        }
        json.put("request_id", task.requestId());
        json.put("user_id", task.user());
        return json;
    }

    /** As Glance shows the tasks of an image: like the rows of its database. */
    private static ObjectNode asRow(Task task) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", task.id());
        json.put("type", task.type());
        json.put("status", task.status().wireName());
        json.put("owner", task.owner());
        json.put(
                "expires_at",
                task.expiresAt() == null ? null : Times.microseconds(task.expiresAt()));
        json.put("created_at", Times.microseconds(task.createdAt()));
        json.put("updated_at", Times.microseconds(task.updatedAt()));
        json.putNull("deleted_at");
        json.put("deleted", false);
        json.put("image_id", task.image() == null ? null : task.image().value());
        json.put("request_id", task.requestId());
        json.put("user_id", task.user());
        json.set("input", jsonIn(task.input()));
        json.set("result", jsonIn(task.result()));
        json.put("message", task.message());
        return json;
    }

    private static JsonNode jsonIn(String text) {
        try {
            return text.isEmpty() ? NullNode.getInstance() : JSON.readTree(text);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a task holds what is no JSON: " + text, broken);
        }
    }
}
