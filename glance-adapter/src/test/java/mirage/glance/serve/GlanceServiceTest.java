package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.config.ConfigurationReader;
import mirage.glance.http.HttpOptions;
import mirage.glance.transfer.ImportOptions;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/** The service as {@code mirage serve} starts it, over the library that it has there. */
@Timeout(120)
final class GlanceServiceTest {
    private static final String ID = "11111111-2222-3333-4444-555555555555";

    private static final String BYTES = "application/octet-stream";
    private static final Path QCOW2 = Path.of("../mirage-backend/src/test/resources/golden/qcow2");

    @TempDir Path directory;
    private final HttpClient client = HttpClient.newHttpClient();

    private GlanceService start(Acknowledge acknowledge, int port) throws IOException {
        return GlanceService.start(
                new ConfigurationReader(AllOptions.SCHEMA, Map.of())
                        .override(
                                ServeOptions.DATA_DIRECTORY,
                                directory.resolve("data").toString(),
                                "test")
                        .override(HttpOptions.BIND_PORT, String.valueOf(port), "test")
                        .override(ServeOptions.ACKNOWLEDGE, acknowledge.name(), "test")
                        .override(ImportOptions.IMAGE_IMPORT_PLUGINS, "image_conversion", "test")
                        .read());
    }

    private HttpResponse<byte[]> send(
            GlanceService service, String method, String path, String type, byte[] body)
            throws Exception {
        String token = Files.readString(directory.resolve("data/token")).strip();
        return client.send(
                HttpRequest.newBuilder(URI.create(service.uri() + "/v2/images" + path))
                        .header("X-Auth-Token", token)
                        .header("Content-Type", type)
                        .method(
                                method,
                                body.length == 0
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    @Test
    void imagesOutliveTheService() throws Exception {
        byte[] data = new byte[1_500_000];
        new Random(1).nextBytes(data);
        for (Acknowledge acknowledge : Acknowledge.values()) {
            String id = acknowledge == Acknowledge.SPOOLED ? ID : ID.replace('1', '9');
            byte[] body =
                    ("{\"id\": \""
                                    + id
                                    + "\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}")
                            .getBytes(StandardCharsets.US_ASCII);
            try (GlanceService service = start(acknowledge, 0)) {
                assertThat(send(service, "POST", "", "application/json", body).statusCode())
                        .isEqualTo(201);
                assertThat(
                                send(
                                                service,
                                                "PUT",
                                                "/" + id + "/file",
                                                "application/octet-stream",
                                                data)
                                        .statusCode())
                        .isEqualTo(204);
            }
            try (GlanceService service = start(acknowledge, 0)) {
                assertThat(send(service, "GET", "/" + id + "/file", "x/y", new byte[0]).body())
                        .isEqualTo(data);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anImportIsConvertedByTheLibrary(Acknowledge acknowledge) throws Exception {
        byte[] body =
                ("{\"id\": \""
                                + ID
                                + "\", \"disk_format\": \"qcow2\", \"container_format\": \"bare\"}")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] wrong = new byte[1 << 20];
        byte[] direct =
                "{\"method\": {\"name\": \"glance-direct\"}}".getBytes(StandardCharsets.US_ASCII);
        try (GlanceService service = start(acknowledge, 0)) {
            assertThat(send(service, "POST", "", "application/json", body).statusCode())
                    .isEqualTo(201);
            assertThat(send(service, "PUT", "/" + ID + "/file", BYTES, wrong).statusCode())
                    .isEqualTo(415);
            assertThat(send(service, "PUT", "/" + ID + "/stage", BYTES, qcow2()).statusCode())
                    .isEqualTo(204);
            assertThat(
                            send(service, "POST", "/" + ID + "/import", "application/json", direct)
                                    .statusCode())
                    .isEqualTo(202);
            awaitImported(service);
            byte[] disk = send(service, "GET", "/" + ID + "/file", "x/y", new byte[0]).body();
            assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk)))
                    .isEqualTo(
                            new ObjectMapper()
                                    .readTree(QCOW2.resolve("zlib.json").toFile())
                                    .path("sha256")
                                    .asText());
        }
        try (GlanceService service = start(acknowledge, 0)) {
            JsonNode list =
                    new ObjectMapper()
                            .readTree(send(service, "GET", "", "x/y", new byte[0]).body());
            assertThat(list.path("images")).hasSize(1);
            assertThat(list.at("/images/0/disk_format").asText()).isEqualTo("raw");
        }
    }

    private void awaitImported(GlanceService service) throws Exception {
        for (int i = 0; i < 600; i++) {
            byte[] tasks = send(service, "GET", "/" + ID + "/tasks", "x/y", new byte[0]).body();
            JsonNode task = new ObjectMapper().readTree(tasks).at("/tasks/0");
            if (task.path("expires_at").isTextual()) {
                assertThat(task.path("status").asText()).isEqualTo("success");
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the import does not end");
    }

    private static byte[] qcow2() throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(QCOW2.resolve("zlib.qcow2.gz")))) {
            return in.readAllBytes();
        }
    }

    @Test
    void aDirectoryBelongsToOneService() throws IOException {
        try (GlanceService service = start(Acknowledge.COMMITTED, 0)) {
            assertThat(service.uri()).startsWith("http://127.0.0.1:");
            assertThatThrownBy(() -> start(Acknowledge.COMMITTED, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aTakenPortIsNamedAndNothingStaysOpen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> start(Acknowledge.COMMITTED, port))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen at 127.0.0.1:" + port);
        }
        start(Acknowledge.COMMITTED, 0).close();
    }

    @Test
    void aDirectoryThatCannotBeIsNamed() throws IOException {
        Files.writeString(directory.resolve("data"), "a file");
        assertThatThrownBy(() -> start(Acknowledge.COMMITTED, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.resolve("data").toString());
    }
}
