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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code POST /v2/images}. */
final class CreateImageTest {
    private static final String ID = "0aA0b0c0-1111-2222-3333-444455556666";

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

    @Test
    void anImageStartsWithDefaults() {
        Answer answer = service.post("/v2/images", "{}").send(201);
        JsonNode image = answer.json();
        String id = image.path("id").asText();
        assertThat(answer.header("Location")).isEqualTo(service.uri() + "/v2/images/" + id);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("OpenStack-image-import-methods"))
                .isEqualTo("glance-direct,web-download");
        assertThat(answer.header("OpenStack-image-store-ids")).isNull();
        assertThat(answer.text())
                .isEqualTo(
                        ("{'name':null,'disk_format':null,'container_format':null,"
                                        + "'visibility':'shared','size':null,'virtual_size':null,"
                                        + "'status':'queued','checksum':null,'protected':false,"
                                        + "'min_ram':0,'min_disk':0,'owner':'web',"
                                        + "'os_hidden':false,'os_hash_algo':null,"
                                        + "'os_hash_value':null,'id':'ID',"
                                        + "'created_at':'2026-03-04T05:06:07Z',"
                                        + "'updated_at':'2026-03-04T05:06:07Z','tags':[],"
                                        + "'self':'/v2/images/ID','file':'/v2/images/ID/file',"
                                        + "'schema':'/v2/schemas/image'}")
                                .replace("ID", id)
                                .replace('\'', '"'));
        assertThat(service.image(id)).isEqualTo(image);
    }

    @Test
    void anImageKeepsWhatWasSaidOfIt() {
        JsonNode image =
                service.post(
                                "/v2/images",
                                "{'id': '"
                                        + ID
                                        + "', 'name': 'Bild 🐧', 'visibility': 'private',"
                                        + " 'protected': true, 'os_hidden': true, 'min_ram': 512,"
                                        + " 'min_disk': 10, 'disk_format': 'qcow2',"
                                        + " 'container_format': 'bare', 'owner': 'web',"
                                        + " 'tags': ['b', 'a', 'b'], 'os_distro': 'debian'}")
                        .send(201)
                        .json();
        List<String> names = new ArrayList<>();
        image.fieldNames().forEachRemaining(names::add);
        assertThat(names).startsWith("os_distro", "name");
        assertThat(image.path("id").asText()).isEqualTo(ID);
        assertThat(image.path("name").asText()).isEqualTo("Bild 🐧");
        assertThat(image.path("visibility").asText()).isEqualTo("private");
        assertThat(image.path("protected").asBoolean()).isTrue();
        assertThat(image.path("os_hidden").asBoolean()).isTrue();
        assertThat(image.path("min_ram").asInt()).isEqualTo(512);
        assertThat(image.path("min_disk").asInt()).isEqualTo(10);
        assertThat(image.path("tags").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(image.path("os_distro").asText()).isEqualTo("debian");
        assertThat(service.get("/v2/images/" + ID).send(200).text()).contains("Bild 🐧");
    }

    @Test
    void idsKeepTheirLetterCaseAndAreNeverUsedAgain() {
        service.create("{'id': '" + ID + "'}");
        service.get("/v2/images/" + ID.toLowerCase(Locale.ROOT)).send(404);
        service.post("/v2/images", "{'id': '" + ID + "'}").send(409);
        service.delete("/v2/images/" + ID).send(204);
        service.get("/v2/images/" + ID).send(404);
        service.post("/v2/images", "{'id': '" + ID + "'}").send(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | ``",
                "400 | nonsense",
                "400 | {'name': 'a'",
                "400 | {} {}",
                "400 | []",
                "400 | 'text'",
                "400 | {'id': 'no-uuid'}",
                "400 | {'id': 7}",
                "400 | {'name': 7}",
                "400 | {'min_ram': -1}",
                "400 | {'min_disk': -1}",
                "400 | {'min_disk': 2147483648}",
                "400 | {'min_disk': '1'}",
                "400 | {'min_ram': 1.5}",
                "400 | {'protected': 'true'}",
                "400 | {'os_hidden': 1}",
                "400 | {'visibility': 'secret'}",
                "400 | {'visibility': null}",
                "400 | {'disk_format': 'floppy'}",
                "400 | {'disk_format': 'gpt'}",
                "400 | {'container_format': 'box'}",
                "400 | {'tags': 'a'}",
                "400 | {'tags': [1]}",
                "400 | {'custom': null}",
                "400 | {'custom': 7}",
                "400 | {'custom': {'a': 'b'}}",
                "400 | {'': 'empty'}",
                "400 | {'nul': '\\u0000'}",
                "403 | {'status': 'active'}",
                "403 | {'size': 7}",
                "403 | {'virtual_size': 7}",
                "403 | {'checksum': 'x'}",
                "403 | {'os_hash_algo': 'x'}",
                "403 | {'os_hash_value': 'x'}",
                "403 | {'created_at': 'x'}",
                "403 | {'updated_at': 'x'}",
                "403 | {'direct_url': 'x'}",
                "403 | {'self': 'x'}",
                "403 | {'file': 'x'}",
                "403 | {'schema': 'x'}",
                "403 | {'stores': 'x'}",
                "403 | {'location': 'x'}",
                "403 | {'locations': []}",
                "403 | {'deleted': 'x'}",
                "403 | {'deleted_at': 'x'}",
                "403 | {'os_glance_anything': 'x'}",
                "403 | {'owner': 'db'}",
                "403 | {'visibility': 'public'}",
                "201 | {'visibility': 'community'}",
                "201 | {'name': null, 'disk_format': null, 'container_format': null}",
                "201 | {'owner': 'web'}"
            })
    void whatMayBeSaid(int status, String json) {
        service.post("/v2/images", json).send(status);
    }

    @Test
    void anyContentTypeIsTaken() {
        service.call("POST", "/v2/images")
                .header("Content-Type", "text/plain")
                .body("{}".getBytes(StandardCharsets.UTF_8))
                .send(201);
        service.call("POST", "/v2/images").send(400);
    }

    @Test
    void longTextsAreRefused() {
        String most = "x".repeat(255);
        service.create("{'name': '" + most + "', '" + most + "': 'v', 'tags': ['" + most + "']}");
        service.post("/v2/images", "{'name': '" + most + "x'}").send(400);
        service.post("/v2/images", "{'" + most + "x': 'v'}").send(400);
        service.post("/v2/images", "{'tags': ['" + most + "x']}").send(400);
        service.create("{'property': '" + "v".repeat(60_000) + "'}");
        service.post("/v2/images", "{'property': '" + "v".repeat(1 << 20) + "'}").send(413);
    }

    @Test
    void propertiesAndTagsHaveQuotas() {
        service.post("/v2/images", "{" + properties(128) + "}").send(201);
        service.post("/v2/images", "{" + properties(129) + "}").send(413);
        service.post("/v2/images", "{'tags': [" + tags(128) + "]}").send(201);
        service.post("/v2/images", "{'tags': [" + tags(129) + "]}").send(413);
    }

    private static String properties(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'p" + i + "': 'v'")
                .collect(Collectors.joining(","));
    }

    private static String tags(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'t" + i + "'")
                .collect(Collectors.joining(","));
    }

    @Test
    void rolesDecideWhoCreatesWhat() {
        service.post("/v2/images", "{}").as("rita").send(403);
        service.post("/v2/images", "{}").as("noone").send(403);
        service.post("/v2/images", "{'visibility': 'public'}").as("admin").send(201);
        assertThat(
                        service.post("/v2/images", "{'owner': 'db'}")
                                .as("admin")
                                .send(201)
                                .json()
                                .path("owner")
                                .asText())
                .isEqualTo("db");
        service.post("/v2/images", "{'owner': null}").send(403);
    }
}
