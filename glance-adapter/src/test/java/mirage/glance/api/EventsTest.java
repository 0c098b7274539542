package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.http.HttpFailure;
import mirage.glance.notification.Notifications;
import mirage.glance.transfer.ContentCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is told of requests, as Glance tells it. */
final class EventsTest {
    private static final String FORMATS = "{'disk_format': 'raw', 'container_format': 'bare'}";

    private record Event(Notifications.Priority priority, String type, JsonNode payload) {}

    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private final TestService.Parts parts = new TestService.Parts();
    private TestService service;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        parts.notifications =
                (priority, type, payload) -> events.add(new Event(priority, type, payload));
        parts.check =
                image -> {
                    if (image.attributes().tags().contains("refuse")) {
                        throw HttpFailure.badRequest("not these bytes");
                    }
                    return ContentCheck.NOTHING.begin(image);
                };
        service = new TestService(directory, parts);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private List<String> types() {
        synchronized (events) {
            return events.stream().map(Event::type).toList();
        }
    }

    private JsonNode payload(String type) {
        synchronized (events) {
            return events.stream()
                    .filter(event -> event.type().equals(type))
                    .findFirst()
                    .orElseThrow()
                    .payload();
        }
    }

    @Test
    void anImageLives() {
        String id =
                service.create(
                        "{'name': 'n', 'disk_format': 'raw', 'container_format': 'bare',"
                                + " 'tags': ['t'], 'k': 'v', 'min_ram': 3}");
        assertThat(payload("image.create").toString())
                .isEqualTo(
                        ("{'id':'"
                                        + id
                                        + "','name':'n','status':'queued',"
                                        + "'created_at':'2026-03-04T05:06:07Z',"
                                        + "'updated_at':'2026-03-04T05:06:07Z','min_disk':0,"
                                        + "'min_ram':3,'protected':false,'checksum':null,"
                                        + "'owner':'web','disk_format':'raw',"
                                        + "'container_format':'bare','size':null,"
                                        + "'virtual_size':null,'is_public':false,"
                                        + "'visibility':'shared','properties':{'k':'v'},"
                                        + "'tags':['t'],'deleted':false,'deleted_at':null}")
                                .replace('\'', '"'));
        service.put(id, new byte[10]).send(204);
        service.get("/v2/images/" + id + "/file").send(200);
        service.post("/v2/images/" + id + "/members", "{'member': 'db'}").send(200);
        service.call("PUT", "/v2/images/" + id + "/members/db")
                .as("bob")
                .json("{'status': 'accepted'}")
                .send(200);
        service.get("/v2/images/" + id + "/file").as("bob").header("Range", "bytes=2-4").send(206);
        service.delete("/v2/images/" + id + "/members/db").send(204);
        service.call("POST", "/v2/images/" + id + "/actions/deactivate").as("admin").send(204);
        service.delete("/v2/images/" + id).send(204);
        assertThat(types())
                .containsExactly(
                        "image.create",
                        "image.update",
                        "image.prepare",
                        "image.update",
                        "image.upload",
                        "image.activate",
                        "image.send",
                        "image.member.create",
                        "image.member.update",
                        "image.send",
                        "image.member.delete",
                        "image.update",
                        "image.delete");
        JsonNode prepared = payload("image.prepare");
        assertThat(prepared.path("status").asText()).isEqualTo("saving");
        assertThat(prepared.path("os_glance_importing_to_stores").isArray()).isTrue();
        assertThat(prepared.path("os_glance_failed_import").isArray()).isTrue();
        assertThat(prepared.has("backend")).isFalse();
        assertThat(payload("image.activate").path("size").asLong()).isEqualTo(10);
        assertThat(payload("image.activate").path("checksum").isTextual()).isTrue();
        assertThat(payload("image.send").toString())
                .isEqualTo(
                        ("{'bytes_sent':10,'image_id':'"
                                        + id
                                        + "','owner_id':'web','receiver_tenant_id':'web',"
                                        + "'receiver_user_id':'alice'}")
                                .replace('\'', '"'));
        assertThat(events.get(9).payload().path("bytes_sent").asLong()).isEqualTo(3);
        assertThat(events.get(9).payload().path("receiver_tenant_id").asText()).isEqualTo("db");
        JsonNode member = payload("image.member.update");
        assertThat(member.fieldNames())
                .toIterable()
                .containsExactly(
                        "image_id",
                        "member_id",
                        "status",
                        "created_at",
                        "updated_at",
                        "deleted",
                        "deleted_at");
        assertThat(member.path("status").asText()).isEqualTo("accepted");
        assertThat(payload("image.member.delete").path("deleted").asBoolean()).isTrue();
        JsonNode deleted = payload("image.delete");
        assertThat(deleted.path("status").asText()).isEqualTo("deleted");
        assertThat(deleted.path("deleted").asBoolean()).isTrue();
        assertThat(deleted.path("deleted_at").asText()).endsWith("Z");
    }

    @Test
    void aRefusedUploadIsAnError() {
        String id =
                service.create(
                        "{'disk_format': 'raw', 'container_format': 'bare', 'tags': ['refuse']}");
        service.put(id, new byte[10]).send(400);
        Event last = events.getLast();
        assertThat(last.priority()).isEqualTo(Notifications.Priority.ERROR);
        assertThat(last.type()).isEqualTo("image.upload");
        assertThat(last.payload().textValue())
                .isEqualTo("Failed to upload image data for image " + id + ": not these bytes");
    }

    @Test
    void anImportIsTold() throws Exception {
        String id = service.create(FORMATS);
        service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(new byte[10])
                .send(204);
        service.post("/v2/images/" + id + "/import", "{'method': {'name': 'glance-direct'}}")
                .send(202);
        for (int i = 0; i < 600 && !types().contains("task.success"); i++) {
            Thread.sleep(50);
        }
        assertThat(types())
                .containsSubsequence("task.create", "task.processing", "task.run", "task.success")
                .containsSubsequence(
                        "image.prepare", "image.upload", "image.activate", "task.success");
        JsonNode task = payload("task.success");
        assertThat(task.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "type",
                        "status",
                        "result",
                        "owner",
                        "message",
                        "expires_at",
                        "created_at",
                        "updated_at",
                        "deleted",
                        "deleted_at");
        assertThat(task.path("type").asText()).isEqualTo("api_image_import");
        assertThat(task.path("status").asText()).isEqualTo("success");
        assertThat(task.path("result").isNull()).isTrue();
        assertThat(task.path("owner").asText()).isEqualTo("web");
    }

    @Test
    void whereStoresHaveNamesTheyAreTold(@TempDir Path directory) throws IOException {
        service.close();
        service = TestService.withStores(directory, 1, parts);
        String id = service.create(FORMATS);
        service.put(id, new byte[10]).header("X-Image-Meta-Store", "cheap").send(204);
        assertThat(payload("image.prepare").path("backend").asText()).isEqualTo("cheap");
        assertThat(payload("image.upload").has("backend")).isFalse();
    }

    @Test
    void whatIsOnlyLookedAtIsNotTold() {
        String id = service.createActive(new byte[10]);
        events.clear();
        service.image(id);
        service.get("/v2/images").send(200);
        service.get("/v2/images/" + id + "/members").send(200);
        service.delete("/v2/images/" + id).as("bob").send(404);
        service.patch(id, "[{'op': 'replace', 'path': '/status', 'value': 'x'}]").send(403);
        assertThat(types()).isEmpty();
    }
}
