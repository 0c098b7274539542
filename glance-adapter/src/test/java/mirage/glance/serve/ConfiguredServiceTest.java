package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.config.ConfigurationReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The service with quota, signatures, pages of other origins and notifications to a broker that is away. */
@Timeout(120)
final class ConfiguredServiceTest {
    private static final String CERTIFICATE = "12345678-9abc-def0-1234-56789abcdef0";

    @TempDir Path directory;
    private final HttpClient client = HttpClient.newHttpClient();

    private GlanceService start(String settings) throws IOException {
        Path file = directory.resolve("mirage.conf");
        Files.writeString(
                file,
                "[DEFAULT]\nbind_port = 0\ndata_directory = "
                        + directory.resolve("data")
                        + "\n"
                        + settings);
        return GlanceService.start(
                new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read());
    }

    private HttpResponse<String> send(
            GlanceService service, String method, String path, String type, byte[] body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.uri() + "/v2/images" + path))
                        .header(
                                "X-Auth-Token",
                                Files.readString(directory.resolve("data/token")).strip())
                        .header("Origin", "https://horizon.example.com")
                        .header("Content-Type", type)
                        .method(method, BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void allOfItWorksTogether() throws Exception {
        Files.write(directory.resolve(CERTIFICATE + ".pem"), golden("p384.pem"));
        String settings =
                """
                user_storage_quota = 1 MiB
                [cors]
                allowed_origin = https://horizon.example.com
                [oslo_messaging_notifications]
                driver = messagingv2
                driver = log
                transport_url = rabbit://guest:guest@127.0.0.1:1/
                [key_manager]
                backend = directory
                [image_signing]
                certificate_directory = DIRECTORY
                """
                        .replace("DIRECTORY", directory.toString());
        try (GlanceService service = start(settings)) {
            String id = "11111111-2222-3333-4444-555555555555";
            String image =
                    "{'id': 'ID', 'owner': 'web', 'disk_format': 'raw', 'container_format': 'bare',"
                            + " 'img_signature': 'SIGNATURE', 'img_signature_hash_method': 'SHA-256',"
                            + " 'img_signature_key_type': 'ECC_SECP384R1',"
                            + " 'img_signature_certificate_uuid': 'CERTIFICATE'}";
            String json =
                    image.replace("ID", id)
                            .replace("CERTIFICATE", CERTIFICATE)
                            .replace(
                                    "SIGNATURE",
                                    new String(
                                            golden("p384-256.signature"),
                                            StandardCharsets.US_ASCII))
                            .replace('\'', '"');
            HttpResponse<String> created =
                    send(
                            service,
                            "POST",
                            "",
                            "application/json",
                            json.getBytes(StandardCharsets.UTF_8));
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            assertThat(created.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains("https://horizon.example.com");
            HttpResponse<String> tooMuch = upload(service, id, new byte[(1 << 20) + 1]);
            assertThat(tooMuch.statusCode()).isEqualTo(413);
            HttpResponse<String> others = upload(service, id, new byte[100]);
            assertThat(others.statusCode()).isEqualTo(400);
            assertThat(others.body()).contains("Signature verification failed");
            assertThat(upload(service, id, golden("image")).statusCode()).isEqualTo(204);
        }
    }

    /** The owner of the local token is admin and member. */
    @Test
    void propertiesAreProtectedByAFile() throws Exception {
        Path rules = directory.resolve("protection.conf");
        Files.writeString(
                rules,
                """
                [^x_audit$]
                create = operator_only
                read = @
                update = !
                delete = !
                [^x_free$]
                create = anybody
                read = anybody
                update = anybody
                delete = anybody
                """);
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(policy, "operator_only: \"role:operator\"\nanybody: \"role:member\"\n");
        String settings =
                """
                property_protection_file = RULES
                property_protection_rule_format = policies
                [oslo_policy]
                policy_file = POLICY
                """
                        .replace("RULES", rules.toString())
                        .replace("POLICY", policy.toString());
        try (GlanceService service = start(settings)) {
            HttpResponse<String> refused = create(service, "{\"x_audit\": \"1\"}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("Attribute 'x_audit' is reserved.");
            HttpResponse<String> created = create(service, "{\"x_free\": \"1\"}");
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            assertThat(created.body()).contains("\"x_free\"");
        }
        assertThatThrownBy(() -> start("property_protection_file = " + directory + "/none\n"))
                .hasMessageContaining("none: cannot be read");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> start("[oslo_messaging_notifications]\ndriver = messaging\n"))
                .hasMessageContaining("needs transport_url");
        assertThatThrownBy(() ->
                        start(
                                "[oslo_messaging_notifications]\ndriver = messaging\n"
                                        + "transport_url = amqp://u:secret@h/\n"))
                .hasMessageContaining("rabbit://USER:PASSWORD@HOST:PORT/ expected")
                .message()
                .doesNotContain("secret");
        assertThatThrownBy(() -> start("[key_manager]\nbackend = directory\n"))
                .hasMessageContaining("needs certificate_directory");
        assertThatThrownBy(() -> start("[cors]\nallowed_origin = horizon.example.com\n"))
                .hasMessageContaining("PROTOCOL://HOST[:PORT]");
    }

    private HttpResponse<String> create(GlanceService service, String json) throws Exception {
        return send(service, "POST", "", "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> upload(GlanceService service, String id, byte[] bytes)
            throws Exception {
        return send(service, "PUT", "/" + id + "/file", "application/octet-stream", bytes);
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in =
                ConfiguredServiceTest.class.getResourceAsStream(
                        "/mirage/glance/signature/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
