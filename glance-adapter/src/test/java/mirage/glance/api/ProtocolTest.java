package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.api.TestService.Answer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What holds for every call: versions, tokens, request ids, error pages, methods, paths. */
final class ProtocolTest {
    @TempDir Path directory;
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, 300",
        "/v1, 300",
        "/v1/images, 300",
        "/v3/, 300",
        "/images, 300",
        "/v2.8/images, 300",
        "/versions, 200"
    })
    void versionsAreListedWithoutAToken(String path, int status) {
        Answer answer = service.get(path).withoutToken().send(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("X-Openstack-Request-Id")).isNull();
        JsonNode versions = answer.json().path("versions");
        assertThat(versions.findValuesAsText("id"))
                .containsExactly(
                        "v2.9", "v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0");
        assertThat(versions.path(0).path("status").asText()).isEqualTo("CURRENT");
        assertThat(versions.path(1).path("status").asText()).isEqualTo("SUPPORTED");
        assertThat(versions.path(0).path("links").path(0).path("rel").asText()).isEqualTo("self");
        assertThat(versions.path(0).path("links").path(0).path("href").asText())
                .isEqualTo(service.uri() + "/v2/");
    }

    @Test
    void aVersionIsNamedByPathOrMediaType() {
        service.get("/v2.0/schemas/image").send(200);
        service.get("/v2.9/schemas/image").send(200);
        service.get("/schemas/image")
                .header("Accept", "application/vnd.openstack.images-v2")
                .send(200);
        service.get("/schemas/image")
                .header("Accept", "application/vnd.openstack.images-v7")
                .send(300);
    }

    @Test
    void theBareVersionIsRedirectedToASlashThatIsNotThere() {
        Answer answer = service.get("/v2").send(302);
        assertThat(answer.header("Location")).isEqualTo(service.uri() + "/v2/");
        service.get("/v2/").send(404);
        service.get("/v2").withoutToken().send(401);
    }

    @Test
    void theHealthcheckIsOpenToAllAndCanBeTurnedOff() throws IOException {
        Answer answer = service.get("/healthcheck").withoutToken().send(200);
        assertThat(answer.text()).isEqualTo("OK");
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
        Files.createFile(directory.resolve("disabled"));
        service.get("/healthcheck").withoutToken().send(503);
    }

    @Test
    void withoutAGoodTokenNothingIsAnswered() {
        for (String path : new String[] {"/v2/images", "/v2/nothing", "/v2/images/x/file"}) {
            assertThat(service.get(path).withoutToken().send(401).header("X-Openstack-Request-Id"))
                    .isNull();
            service.get(path).as("mallory").send(401);
        }
        service.put("x", new byte[9]).withoutToken().send(401);
    }

    @Test
    void everyAnswerCarriesARequestId() {
        assertThat(service.get("/v2/images").send(200).header("X-Openstack-Request-Id"))
                .matches("req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(service.get("/v2/nothing").send(404).header("X-Openstack-Request-Id"))
                .startsWith("req-");
        assertThat(
                        service.get("/v2/images/x")
                                .header("X-Openstack-Request-Id", "req-mine")
                                .send(404)
                                .header("X-Openstack-Request-Id"))
                .isEqualTo("req-mine");
        assertThat(
                        service.get("/v2/schemas/image")
                                .header("X-Openstack-Request-Id", "mine")
                                .send(200)
                                .header("X-Openstack-Request-Id"))
                .isEqualTo("req-mine");
    }

    @Test
    void aLongRequestIdIsRefused() {
        service.get("/v2/images").header("X-Openstack-Request-Id", "r".repeat(64)).send(200);
        Answer answer =
                service.get("/v2/images")
                        .header("X-Openstack-Request-Id", "r".repeat(65))
                        .send(431);
        assertThat(answer.header("X-Openstack-Request-Id")).startsWith("req-");
    }

    @Test
    void errorsCarryHtmlForWhoTakesAnything() {
        Answer answer = service.get("/v2/images/%3Cx%3E").header("Accept", "*/*").send(404);
        assertThat(answer.header("Content-Type")).isEqualTo("text/html; charset=UTF-8");
        assertThat(answer.text())
                .contains("<title>404 Not Found</title>", "No image found with ID &lt;x&gt;");
    }

    @Test
    void errorsCarryJsonForWhoNamesIt() {
        Answer answer =
                service.get("/v2/images/nothing").header("Accept", "application/json").send(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().path("code").asText()).isEqualTo("404 Not Found");
        assertThat(answer.json().path("title").asText()).isEqualTo("Not Found");
        assertThat(answer.json().path("message").asText())
                .isEqualTo("No image found with ID nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/octet-stream", "image/png", "application/json;q=0"})
    void errorsCarryTextForAllOthers(String accept) {
        Answer answer = service.get("/v2/images/nothing").header("Accept", accept).send(404);
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
        assertThat(answer.text()).startsWith("404 Not Found\n\nNo image found");
        assertThat(service.get("/v2/images/nothing").send(404).header("Content-Type"))
                .isEqualTo("text/plain; charset=UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /v2/images | GET, POST",
                "POST | /v2/images/x | GET, PATCH, DELETE",
                "PUT | /v2/images/x | GET, PATCH, DELETE",
                "HEAD | /v2/images | GET, POST",
                "HEAD | /v2/images/x | GET, PATCH, DELETE",
                "HEAD | /v2/images/x/file | GET, PUT",
                "POST | /v2/images/x/file | GET, PUT",
                "GET | /v2/images/x/tags/y | PUT, DELETE",
                "GET | /v2/images/x/actions/deactivate | POST",
                "GET | /v2/images/x/actions/reactivate | POST",
                "POST | /v2/schemas/image | GET",
                "DELETE | /v2/schemas/images | GET",
                "PUT | /v2/info/import | GET",
                "HEAD | / | GET",
                "HEAD | /healthcheck | GET"
            })
    void aWrongMethodNamesTheRightOnes(String method, String path, String allowed) {
        assertThat(service.call(method, path).send(405).header("Allow")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/images/",
                "/v2/images//file",
                "/v2//images",
                "/v2/images/x/",
                "/v2/images/x/nothing",
                "/v2/images/x/actions/explode",
                "/v2/schemas/",
                "/v2/schemas/nothing",
                "/v2/info",
                "/v2/metadefs",
                "/v2/info/stores"
            })
    void unknownPathsAreNotFound(String path) {
        service.get(path).send(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-uuid",
                "Debian%2012",
                "a%2Fb",
                "..",
                "%2e%2e",
                "100%25",
                "a;b",
                "%F0%9F%90%A7",
                "+",
                "00000000-0000-0000-0000-000000000000"
            })
    void anyNameMayBeAskedForAsAnId(String name) {
        service.get("/v2/images/" + name).send(404);
        service.get("/v2/images/" + name + "/file").send(404);
        service.delete("/v2/images/" + name).send(404);
    }

    @Test
    void optionsAreAnsweredEverywhere() {
        for (String path : new String[] {"/", "/v2/images", "/nothing"}) {
            assertThat(service.call("OPTIONS", path).withoutToken().send(200).bytes()).isEmpty();
        }
    }

    @Test
    void aBodyWhereNoneBelongsIsRefused() {
        String id = service.create("{}");
        byte[] body = {'x'};
        service.call("GET", "/v2/images/" + id).body(body).send(400);
        service.call("DELETE", "/v2/images/" + id).body(body).send(400);
        service.call("PUT", "/v2/images/" + id + "/tags/t").body(body).send(400);
        service.call("DELETE", "/v2/images/" + id + "/tags/t").body(body).send(400);
        service.call("POST", "/v2/images/" + id + "/actions/deactivate").body(body).send(400);
        service.call("GET", "/v2/images/" + id + "/file").body(body).send(400);
        // glanceclient announces a type for the body that it does not send.
        service.get("/v2/images/" + id)
                .header("Content-Type", "application/octet-stream")
                .send(200);
    }

    @Test
    void schemasNameEveryAttributeOfAnImage() {
        JsonNode schema = service.get("/v2/schemas/image").as("noone").send(200).json();
        assertThat(schema.path("name").asText()).isEqualTo("image");
        assertThat(schema.path("additionalProperties").path("type").asText()).isEqualTo("string");
        JsonNode image = service.image(service.create("{}"));
        image.fieldNames()
                .forEachRemaining(
                        name -> assertThat(schema.path("properties").has(name)).as(name).isTrue());
        JsonNode formats = schema.path("properties").path("disk_format").path("enum");
        assertThat(formats.path(0).isNull()).isTrue();
        assertThat(formats.toString()).contains("\"qcow2\"", "\"raw\"", "\"ploop\"");
        assertThat(schema.path("links").findValuesAsText("rel"))
                .containsExactly("self", "enclosure", "describedby");
        JsonNode images = service.get("/v2/schemas/images").send(200).json();
        assertThat(images.path("name").asText()).isEqualTo("images");
        assertThat(images.path("properties").path("images").path("items")).isEqualTo(schema);
    }

    @Test
    void clientsLearnHowToImport() {
        JsonNode answer = service.get("/v2/info/import").send(200).json();
        assertThat(answer.path("import-methods").path("type").asText()).isEqualTo("array");
        assertThat(answer.path("import-methods").path("value").isArray()).isTrue();
        assertThat(answer.path("import-methods").path("value"))
                .extracting(JsonNode::asText)
                .containsExactly("glance-direct", "web-download");
    }
}
