package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.bytes.ByteSources;
import mirage.codec.DataDigest;
import mirage.config.ConfigurationReader;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A service with two stores and those who call its deploy API. Every answer must be one that {@code docs/deploy-api.yaml}
 * names.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DeployedService {
    static final ObjectMapper JSON = new ObjectMapper();
    static final int DISK_BYTES = 3_000_000;

    /** Of the user alice in the project web, bob in db, rita who may only read in web, and a service. */
    static final List<String> USERS = List.of("alice", "bob", "rita", "nova");

    @TempDir static Path directory;

    final HttpClient client = HttpClient.newHttpClient();
    DeployDocument document;
    GlanceService service;
    byte[] disk;
    byte[] changed;
    String base;
    String child;

    /** An answer. */
    record Answer(HttpResponse<byte[]> response) {
        byte[] bytes() {
            return response.body();
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        JsonNode json() throws IOException {
            return JSON.readTree(bytes());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    @BeforeAll
    void start() throws Exception {
        document = new DeployDocument();
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(
                data.resolve("identity.json"),
                "{\"callers\": ["
                        + Stream.of(
                                        caller("alice", "web", "member"),
                                        caller("bob", "db", "member"),
                                        caller("rita", "web", "reader"),
                                        caller("nova", "service", "service"))
                                .collect(Collectors.joining(", "))
                        + "]}");
        Path file = directory.resolve("mirage.conf");
        Files.writeString(
                file,
                """
                [DEFAULT]
                bind_port = 0
                data_directory = %s
                enabled_backends = fast:mirage,cheap:mirage
                [glance_store]
                default_backend = fast
                """
                        .formatted(data));
        service =
                GlanceService.start(
                        new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read());
        disk = random(1);
        changed = changed(disk, 1_000_000);
        base = upload("alice", "base", "", disk);
        child = upload("alice", "child", "", changed);
    }

    @AfterAll
    void stop() {
        service.close();
        client.close();
    }

    private static String caller(String user, String project, String role) throws Exception {
        return "{\"token_sha256\": \"%s\", \"user\": \"%s\", \"project\": \"%s\", \"roles\": [\"%s\"]}"
                .formatted(
                        sha256(token(user).getBytes(StandardCharsets.US_ASCII)),
                        user,
                        project,
                        role);
    }

    private static String token(String user) throws IOException {
        return USERS.contains(user)
                ? user + "-0123456789abcdef"
                : Files.readString(directory.resolve("data/token")).strip();
    }

    static String dataDigest(byte[] bytes) {
        DataDigest.Stream digest = new DataDigest.Stream();
        digest.update(ByteBuffer.wrap(bytes));
        return digest.finish().sha256();
    }

    static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    static byte[] random(long seed) {
        byte[] bytes = new byte[DISK_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] changed(byte[] disk, int at) {
        byte[] other = disk.clone();
        byte[] part = new byte[50_000];
        new Random(at).nextBytes(part);
        System.arraycopy(part, 0, other, at, part.length);
        return other;
    }

    Answer send(String user, String method, String path, byte[] body, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(service.uri() + path))
                        .header("X-Auth-Token", token(user))
                        .method(
                                method,
                                body.length == 0
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
    }

    Answer image(String user, String method, String path, String json, int status)
            throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        Answer answer =
                send(user, method, "/v2/images" + path, body, "Content-Type", "application/json");
        assertThat(answer.response().statusCode()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    String upload(String user, String name, String more, byte[] bytes, String... headers)
            throws Exception {
        String json =
                "{\"name\": \"%s\", \"disk_format\": \"raw\", \"container_format\": \"bare\"%s}"
                        .formatted(name, more);
        String id = image(user, "POST", "", json, 201).json().path("id").asText();
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/octet-stream"));
        all.addAll(List.of(headers));
        Answer put =
                send(user, "PUT", "/v2/images/" + id + "/file", bytes, all.toArray(String[]::new));
        assertThat(put.response().statusCode()).as(put.text()).isEqualTo(204);
        return id;
    }

    /** Asks the deploy API. */
    Answer ask(int status, String user, String method, String path, String json, String... headers)
            throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        Answer answer = send(user, method, "/deploy/v1" + path, body, headers);
        document.answered(
                method, "/deploy/v1" + path.split("\\?", 2)[0], answer.response().statusCode());
        assertThat(answer.response().statusCode()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    Answer get(int status, String user, String path, String... headers) throws Exception {
        return ask(status, user, "GET", path, "", headers);
    }

    String delta(String target, String from) {
        return "/images/" + target + "/delta?base=" + from;
    }

    static byte[] apply(byte[] delta, byte[] from) throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        DeltaApplier.apply(
                Delta.open("delta", ByteSources.of(ByteBuffer.wrap(delta))),
                ByteSources.of(ByteBuffer.wrap(from)),
                new DeltaApplier.Target() {
                    @Override
                    public void write(ByteBuffer bytes) {
                        byte[] copy = new byte[bytes.remaining()];
                        bytes.get(copy);
                        made.writeBytes(copy);
                    }

                    @Override
                    public void zeros(long length) {
                        made.writeBytes(new byte[(int) length]);
                    }
                });
        return made.toByteArray();
    }

    JsonNode tell(String host, String holds, String removed) throws Exception {
        String json = "{\"holds\": [" + holds + "], \"removed\": [" + removed + "]}";
        return ask(200, "nova", "PUT", "/hosts/" + host, json).json();
    }

    static String quoted(String id) {
        return '"' + id + '"';
    }

    void publish(String image, String json) throws Exception {
        Answer answer =
                send(
                        "admin",
                        "PATCH",
                        "/v2/images/" + image,
                        json.getBytes(StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/openstack-images-v2.1-json-patch");
        assertThat(answer.response().statusCode()).as(answer.text()).isEqualTo(200);
    }
}
