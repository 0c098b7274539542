package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.policy.PropertyRules;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Protected properties, as clients meet them. Alice is a member, the administrator one besides. */
final class PropertyProtectionTest {
    private static final String RULES =
            """
            [^x_billing$]
            create = admin
            read = @
            update = admin
            delete = admin

            [^x_secret$]
            create = admin
            read = admin
            update = admin
            delete = admin

            [^x_drop$]
            create = @
            read = admin
            update = admin
            delete = admin

            [^x_box$]
            create = @
            read = admin
            update = @
            delete = admin

            [^x_once$]
            create = @
            read = @
            update = !
            delete = !

            [^(free|os_glance_)]
            create = @
            read = @
            update = @
            delete = @
            """;

    @TempDir private Path directory;

    // Each test starts it anew.
    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        Path file = directory.resolve("protection.conf");
        Files.writeString(file, RULES);
        TestService.Parts parts = new TestService.Parts();
        parts.properties = PropertyRules.read(file, PropertyRules.Format.ROLES, (_, _, _) -> false);
        service = new TestService(directory, parts);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** An image of alice's project with all properties, made by the administrator. */
    private String imageWithAll() {
        return service.post(
                        "/v2/images",
                        "{'owner': 'web', 'x_billing': '1', 'x_secret': '2', 'x_drop': '3',"
                                + " 'x_box': '4', 'free': '5'}")
                .as("admin")
                .send(201)
                .json()
                .path("id")
                .asText();
    }

    private JsonNode asAdmin(String id) {
        return service.get("/v2/images/" + id).as("admin").send(200).json();
    }

    private void assertRefused(TestService.Call call, String property) {
        assertThat(call.send(403).text()).contains("Attribute '" + property + "' is reserved.");
    }

    @Test
    void whatOneMayNotCreateNoNewImageHas() {
        assertRefused(service.post("/v2/images", "{'x_billing': '1'}"), "x_billing");
        assertRefused(service.post("/v2/images", "{'free': '1', 'x_secret': '1'}"), "x_secret");
        assertRefused(service.post("/v2/images", "{'uncovered': '1'}").as("admin"), "uncovered");
        assertThat(service.get("/v2/images").send(200).json().path("images")).isEmpty();

        assertThat(service.image(service.create("{'free': '1'}")).path("free").asText())
                .isEqualTo("1");
    }

    @Test
    void whatOneMayNotReadIsLeftOut() {
        String id = imageWithAll();

        for (JsonNode image :
                new JsonNode[] {
                    service.image(id),
                    service.get("/v2/images").send(200).json().path("images").path(0)
                }) {
            assertThat(image.path("id").asText()).isEqualTo(id);
            assertThat(image.path("free").asText()).isEqualTo("5");
            assertThat(image.path("x_billing").asText()).isEqualTo("1");
            assertThat(image.has("x_secret")).isFalse();
            assertThat(image.has("x_drop")).isFalse();
        }
        assertThat(asAdmin(id).path("x_secret").asText()).isEqualTo("2");
    }

    @Test
    void whatOneCreatesBlindlyIsThereForOthers() {
        JsonNode created = service.post("/v2/images", "{'x_drop': '1'}").send(201).json();

        assertThat(created.has("x_drop")).isFalse();
        assertThat(asAdmin(created.path("id").asText()).path("x_drop").asText()).isEqualTo("1");
    }

    @Test
    void changesNeedTheirOwnRight() {
        String id = imageWithAll();

        for (String change :
                new String[] {
                    "{'op': 'add', 'path': '/x_billing', 'value': '9'}",
                    "{'op': 'replace', 'path': '/x_billing', 'value': '9'}",
                    "{'op': 'remove', 'path': '/x_billing'}"
                }) {
            assertRefused(service.patch(id, "[" + change + "]"), "x_billing");
            // All of a patch or nothing of it.
            assertRefused(
                    service.patch(
                            id,
                            "[{'op': 'replace', 'path': '/free', 'value': '9'}, " + change + "]"),
                    "x_billing");
        }
        assertThat(asAdmin(id).path("x_billing").asText()).isEqualTo("1");
        assertThat(asAdmin(id).path("free").asText()).isEqualTo("5");

        JsonNode changed =
                service.patch(
                                id,
                                "[{'op': 'replace', 'path': '/x_billing', 'value': '9'},"
                                        + " {'op': 'remove', 'path': '/x_secret'}]")
                        .as("admin")
                        .send(200)
                        .json();
        assertThat(changed.path("x_billing").asText()).isEqualTo("9");
        assertThat(changed.has("x_secret")).isFalse();
    }

    @Test
    void whatIsCreatedOnceIsNotChanged() {
        String id = service.create("{}");
        service.patch(id, "[{'op': 'add', 'path': '/x_once', 'value': '1'}]").send(200);

        assertRefused(
                service.patch(id, "[{'op': 'add', 'path': '/x_once', 'value': '2'}]"), "x_once");
        assertRefused(service.patch(id, "[{'op': 'remove', 'path': '/x_once'}]"), "x_once");
        assertRefused(
                service.patch(
                        service.create("{}"),
                        "[{'op': 'add', 'path': '/x_once', 'value': '1'},"
                                + " {'op': 'replace', 'path': '/x_once', 'value': '2'}]"),
                "x_once");
    }

    @Test
    void whatIsHiddenIsNotThere() {
        String id = imageWithAll();

        assertThat(
                        service.patch(id, "[{'op': 'replace', 'path': '/x_secret', 'value': '9'}]")
                                .send(409)
                                .text())
                .contains("Property x_secret does not exist.");
        assertThat(service.patch(id, "[{'op': 'remove', 'path': '/x_secret'}]").send(409).text())
                .contains("Property x_secret does not exist.");
        assertRefused(
                service.patch(id, "[{'op': 'add', 'path': '/x_secret', 'value': '9'}]"),
                "x_secret");
        assertThat(asAdmin(id).path("x_secret").asText()).isEqualTo("2");
    }

    @Test
    void whoMayCreateWhatIsHiddenOverwritesItOnlyWithTheRightToChangeIt() {
        String id = imageWithAll();

        assertRefused(
                service.patch(id, "[{'op': 'add', 'path': '/x_drop', 'value': '9'}]"), "x_drop");
        assertThat(asAdmin(id).path("x_drop").asText()).isEqualTo("3");

        JsonNode answer =
                service.patch(id, "[{'op': 'add', 'path': '/x_box', 'value': '9'}]")
                        .send(200)
                        .json();
        assertThat(answer.has("x_box")).isFalse();
        assertThat(asAdmin(id).path("x_box").asText()).isEqualTo("9");
    }

    @Test
    void whatIsHiddenOutlivesTheChangesOfOthers() {
        String id = imageWithAll();

        service.patch(id, "[{'op': 'replace', 'path': '/name', 'value': 'n'}]").send(200);
        service.call("PUT", "/v2/images/" + id + "/tags/t").send(204);

        assertThat(asAdmin(id).path("x_secret").asText()).isEqualTo("2");
        assertThat(asAdmin(id).path("x_drop").asText()).isEqualTo("3");
    }

    @Test
    void tasksGiveNoImageWhatTheirCreatorMayNotCreate() {
        String task =
                "{'type': 'import', 'input': {'import_from': 'http://example.com/i',"
                        + " 'import_from_format': 'raw', 'image_properties': {'name': 'n',"
                        + " 'disk_format': 'raw', 'container_format': 'bare', 'uncovered': '1'}}}";

        assertRefused(service.post("/v2/tasks", task).as("admin"), "uncovered");
    }
}
