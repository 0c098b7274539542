package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.catalog.ImageId;
import mirage.glance.api.TestService.Answer;
import mirage.library.StoredImage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code PATCH /v2/images/{image}}, tags, and who may change what. */
final class PatchImageTest {
    private static final String V20 = "application/openstack-images-v2.0-json-patch";

    @TempDir Path directory;
    private TestService service;
    private String id = "";

    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
        id = service.create("{'name': 'old', 'there': 'x', 'tags': ['t']}");
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Answer patch20(String json, int status) {
        return service.call("PATCH", "/v2/images/" + id)
                .header("Content-Type", V20)
                .body(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .send(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/name            | 'new'",
                "/name            | null",
                "/visibility      | 'community'",
                "/disk_format     | 'vmdk'",
                "/container_format| 'ova'",
                "/container_format| null",
                "/protected       | true",
                "/os_hidden       | true",
                "/min_ram         | 7",
                "/min_disk        | 8",
                "/tags            | ['a','b']",
                "/owner           | 'web'",
                "/there           | 'y'"
            })
    void everyAttributeCanBeReplacedAndAddedOver(String path, String value) {
        for (String operation : new String[] {"replace", "add"}) {
            JsonNode image =
                    service.patch(
                                    id,
                                    "[{'op': '"
                                            + operation
                                            + "', 'path': '"
                                            + path
                                            + "', 'value': "
                                            + value
                                            + "}]")
                            .send(200)
                            .json();
            assertThat(image.path(path.substring(1)).toString())
                    .isEqualTo(value.replace('\'', '"'));
            assertThat(service.image(id)).isEqualTo(image);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | {}",
                "400 | nonsense",
                "400 | ['x']",
                "400 | [{'path': '/a', 'value': 'b'}]",
                "400 | [{'op': 'move', 'path': '/a', 'value': 'b'}]",
                "400 | [{'op': 'test', 'path': '/name', 'value': 'old'}]",
                "400 | [{'op': 'add', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a'}]",
                "400 | [{'op': 'add', 'path': 'a', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a/', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a//b', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a/b', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/tags/-', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a~2', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a~', 'value': 'b'}]",
                "400 | [{'op': 'add', 'path': '/a', 'value': null}]",
                "400 | [{'op': 'add', 'path': '/a', 'value': 7}]",
                "400 | [{'op': 'replace', 'path': '/min_ram', 'value': -1}]",
                "400 | [{'op': 'replace', 'path': '/disk_format', 'value': 'floppy'}]",
                "400 | [{'op': 'replace', 'path': '/visibility', 'value': 'secret'}]",
                "400 | [{'op': 'replace', 'path': '/tags', 'value': 't'}]",
                "403 | [{'op': 'remove', 'path': '/name'}]",
                "403 | [{'op': 'remove', 'path': '/tags'}]",
                "403 | [{'op': 'replace', 'path': '/id', 'value': 'x'}]",
                "403 | [{'op': 'replace', 'path': '/status', 'value': 'active'}]",
                "403 | [{'op': 'replace', 'path': '/size', 'value': 1}]",
                "403 | [{'op': 'replace', 'path': '/virtual_size', 'value': 1}]",
                "403 | [{'op': 'replace', 'path': '/checksum', 'value': 'x'}]",
                "403 | [{'op': 'replace', 'path': '/os_hash_algo', 'value': 'x'}]",
                "403 | [{'op': 'replace', 'path': '/os_hash_value', 'value': 'x'}]",
                "403 | [{'op': 'replace', 'path': '/created_at', 'value': 'x'}]",
                "403 | [{'op': 'replace', 'path': '/updated_at', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/direct_url', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/self', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/file', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/schema', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/location', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/deleted', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/deleted_at', 'value': 'x'}]",
                "403 | [{'op': 'add', 'path': '/os_glance_x', 'value': 'x'}]",
                "400 | [{'op': 'add', 'path': '/locations/-', 'value': {}}]",
                "403 | [{'op': 'add', 'path': '/locations/-', 'value': {'url': 'http://x/'}}]",
                "403 | [{'op': 'replace', 'path': '/locations', 'value': []}]",
                "403 | [{'op': 'replace', 'path': '/owner', 'value': 'db'}]",
                "403 | [{'op': 'replace', 'path': '/visibility', 'value': 'public'}]",
                "409 | [{'op': 'replace', 'path': '/missing', 'value': 'x'}]",
                "409 | [{'op': 'remove', 'path': '/missing'}]",
                "200 | []",
                "200 | [{'op': 'remove', 'path': '/there'}]",
                "200 | [{'op': 'add', 'path': '/there', 'value': 'y'}]"
            })
    void whatMayBePatched(int status, String json) {
        JsonNode before = service.image(id);
        service.patch(id, json).send(status);
        if (status != 200) {
            assertThat(service.image(id)).isEqualTo(before);
        }
    }

    @Test
    void aPatchIsAllOrNothing() {
        JsonNode before = service.image(id);
        service.patch(
                        id,
                        "[{'op': 'replace', 'path': '/name', 'value': 'new'},"
                                + " {'op': 'remove', 'path': '/there'},"
                                + " {'op': 'remove', 'path': '/there'}]")
                .send(409);
        assertThat(service.image(id)).isEqualTo(before);
    }

    @Test
    void anEmptyPatchTouchesNothing() {
        JsonNode before = service.image(id);
        assertThat(service.patch(id, "[]").send(200).json()).isEqualTo(before);
        JsonNode after =
                service.patch(id, "[{'op': 'replace', 'path': '/name', 'value': 'n'}]")
                        .send(200)
                        .json();
        assertThat(after.path("updated_at").asText())
                .isGreaterThan(before.path("updated_at").asText());
        assertThat(after.path("created_at")).isEqualTo(before.path("created_at"));
    }

    @Test
    void pointersEscapeSlashAndTilde() {
        JsonNode image =
                service.patch(id, "[{'op': 'add', 'path': '/a~1b~0c~01', 'value': 'v'}]")
                        .send(200)
                        .json();
        assertThat(image.path("a/b~c~1").asText()).isEqualTo("v");
    }

    @Test
    void theOlderMediaTypeNamesTheOperationAsMember() {
        assertThat(
                        patch20(
                                        "[{'replace': '/name', 'value': 'new'}, {'remove': '/there'},"
                                                + " {'add': '/more', 'value': 'm'}]",
                                        200)
                                .json()
                                .path("more")
                                .asText())
                .isEqualTo("m");
        assertThat(service.image(id).path("name").asText()).isEqualTo("new");
        assertThat(service.image(id).has("there")).isFalse();
        patch20("[{'add': '/more', 'value': 'again'}]", 409);
        patch20("[{'add': '/name', 'value': 'again'}]", 409);
        patch20("[{'replace': '/missing', 'value': 'x'}]", 409);
        patch20("[{'replace': '/name', 'add': '/x', 'value': 'x'}]", 400);
        patch20("[{'value': 'x'}]", 400);
        patch20("[{'add': 7, 'value': 'x'}]", 400);
        patch20("[{'add': '/y'}]", 400);
    }

    @Test
    void otherMediaTypesAreRefused() {
        for (String type : new String[] {"application/json", "application/json-patch+json"}) {
            Answer answer =
                    service.call("PATCH", "/v2/images/" + id)
                            .header("Content-Type", type)
                            .body("[]".getBytes(StandardCharsets.UTF_8))
                            .send(415);
            assertThat(answer.header("Accept-Patch"))
                    .isEqualTo(
                            "application/openstack-images-v2.0-json-patch,"
                                    + " application/openstack-images-v2.1-json-patch");
        }
        service.call("PATCH", "/v2/images/" + id).send(415);
    }

    @Test
    void formatsAreFixedOnceTheBytesAreThere() {
        String active = service.createActive(new byte[] {1});
        for (String name : new String[] {"disk_format", "container_format"}) {
            service.patch(active, "[{'op': 'replace', 'path': '/" + name + "', 'value': 'ami'}]")
                    .send(403);
        }
    }

    @Test
    void quotasHoldForPatchesAndTags() {
        String full =
                IntStream.range(1, 128)
                        .mapToObj(i -> "{'op': 'add', 'path': '/p" + i + "', 'value': 'v'}")
                        .collect(Collectors.joining(",", "[", "]"));
        service.patch(id, full).send(200);
        service.patch(id, "[{'op': 'add', 'path': '/one-more', 'value': 'v'}]").send(413);
        for (int i = 1; i < 128; i++) {
            service.call("PUT", "/v2/images/" + id + "/tags/tag" + i).send(204);
        }
        service.call("PUT", "/v2/images/" + id + "/tags/one-more").send(413);
        service.call("PUT", "/v2/images/" + id + "/tags/tag5").send(204);
    }

    @Test
    void tagsComeAndGo() {
        assertThat(service.call("PUT", "/v2/images/" + id + "/tags/a%20%2Fb").send(204).bytes())
                .isEmpty();
        service.call("PUT", "/v2/images/" + id + "/tags/t").send(204);
        assertThat(service.image(id).path("tags").toString()).isEqualTo("[\"a /b\",\"t\"]");
        service.delete("/v2/images/" + id + "/tags/t").send(204);
        service.delete("/v2/images/" + id + "/tags/t").send(404);
        service.call("PUT", "/v2/images/" + id + "/tags/" + "x".repeat(256)).send(400);
        service.call("PUT", "/v2/images/" + id + "/tags/" + "x".repeat(255)).send(204);
    }

    @Test
    void theLibrarysLabelFollowsTheName() throws IOException {
        String active = service.createActive(new byte[] {1, 2});
        service.patch(active, "[{'op': 'replace', 'path': '/name', 'value': 'label'}]").send(200);
        StoredImage stored = service.library.find(new ImageId(active));
        assertThat(Objects.requireNonNull(stored).name()).isEqualTo("label");
    }

    @Test
    void whoDoesNotSeeAnImageFindsNone() {
        String path = "/v2/images/" + id;
        service.get(path).as("bob").send(404);
        service.get(path).as("noone").send(404);
        service.get(path).as("rita").send(200);
        service.get(path).as("admin").send(200);
        service.patch(id, "[]").as("bob").send(404);
        service.delete(path).as("bob").send(404);
        service.put(id, new byte[1]).as("bob").send(404);
        service.call("PUT", path + "/tags/x").as("bob").send(404);
        service.call("POST", path + "/actions/deactivate").as("bob").send(404);
        service.get(path + "/file").as("bob").send(404);
    }

    @Test
    void whoSeesAnImageMayStillNotChangeIt() {
        service.patch(id, "[{'op': 'replace', 'path': '/visibility', 'value': 'community'}]")
                .send(200);
        String path = "/v2/images/" + id;
        for (String user : new String[] {"bob", "rita"}) {
            service.get(path).as(user).send(200);
            service.patch(id, "[{'op': 'add', 'path': '/a', 'value': 'b'}]").as(user).send(403);
            service.delete(path).as(user).send(403);
            service.put(id, new byte[1]).as(user).send(403);
            service.call("PUT", path + "/tags/x").as(user).send(403);
            service.delete(path + "/tags/t").as(user).send(403);
            service.call("POST", path + "/actions/deactivate").as(user).send(403);
        }
    }

    @Test
    void anAdministratorMayDoAllThat() {
        service.patch(
                        id,
                        "[{'op': 'replace', 'path': '/owner', 'value': 'db'},"
                                + " {'op': 'replace', 'path': '/visibility', 'value': 'public'}]")
                .as("admin")
                .send(200);
        assertThat(service.image(id).path("owner").asText()).isEqualTo("db");
        // Bob now owns a public image, and may go on changing it.
        service.patch(id, "[{'op': 'add', 'path': '/a', 'value': 'b'}]").as("bob").send(200);
        service.patch(id, "[{'op': 'replace', 'path': '/visibility', 'value': 'private'}]")
                .as("bob")
                .send(200);
        service.patch(id, "[{'op': 'replace', 'path': '/visibility', 'value': 'public'}]")
                .as("bob")
                .send(403);
    }

    @Test
    void aProtectedImageIsNotDeleted() {
        service.patch(id, "[{'op': 'replace', 'path': '/protected', 'value': true}]").send(200);
        service.delete("/v2/images/" + id).send(403);
        service.delete("/v2/images/" + id).as("admin").send(403);
        service.patch(id, "[{'op': 'replace', 'path': '/protected', 'value': false}]").send(200);
        assertThat(service.delete("/v2/images/" + id).send(204).bytes()).isEmpty();
        service.delete("/v2/images/" + id).send(404);
        service.get("/v2/images/" + id).as("admin").send(404);
    }
}
