package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.bytes.ByteSources;
import mirage.codec.DataDigest;
import mirage.config.ConfigurationReader;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;
import mirage.deploy.RangeFrames;
import mirage.deploy.RecipeFile;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The deploy API of a service with two stores, as its clients see it. Every answer must be one that {@code
 * docs/deploy-api.yaml} names, and every one that it names must come.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DISK_BYTES = 3_000_000;

    /** Of the user alice in the project web, bob in db, rita who may only read in web, and a service. */
    private static final List<String> USERS = List.of("alice", "bob", "rita", "nova");

    @TempDir static Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private DeployDocument document;
    private GlanceService service;
    private byte[] disk;
    private byte[] changed;
    private String base;
    private String child;

    /** An answer. */
    private record Answer(HttpResponse<byte[]> response) {
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
        // What a store that fails or is busy answers: OpeningTest.
        assertThat(document.unseen()).allMatch(answer -> answer.endsWith(" 503"));
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

    private static String dataDigest(byte[] bytes) {
        DataDigest.Stream digest = new DataDigest.Stream();
        digest.update(ByteBuffer.wrap(bytes));
        return digest.finish().sha256();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[DISK_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] changed(byte[] disk, int at) {
        byte[] other = disk.clone();
        byte[] part = new byte[50_000];
        new Random(at).nextBytes(part);
        System.arraycopy(part, 0, other, at, part.length);
        return other;
    }

    private Answer send(String user, String method, String path, byte[] body, String... headers)
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

    private Answer image(String user, String method, String path, String json, int status)
            throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        Answer answer =
                send(user, method, "/v2/images" + path, body, "Content-Type", "application/json");
        assertThat(answer.response.statusCode()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    private String upload(String user, String name, String more, byte[] bytes, String... headers)
            throws Exception {
        String json =
                "{\"name\": \"%s\", \"disk_format\": \"raw\", \"container_format\": \"bare\"%s}"
                        .formatted(name, more);
        String id = image(user, "POST", "", json, 201).json().path("id").asText();
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/octet-stream"));
        all.addAll(List.of(headers));
        Answer put =
                send(user, "PUT", "/v2/images/" + id + "/file", bytes, all.toArray(String[]::new));
        assertThat(put.response.statusCode()).as(put.text()).isEqualTo(204);
        return id;
    }

    /** Asks the deploy API. */
    private Answer ask(
            int status, String user, String method, String path, String json, String... headers)
            throws Exception {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        Answer answer = send(user, method, "/deploy/v1" + path, body, headers);
        document.answered(
                method, "/deploy/v1" + path.split("\\?", 2)[0], answer.response.statusCode());
        assertThat(answer.response.statusCode()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    private Answer get(int status, String user, String path, String... headers) throws Exception {
        return ask(status, user, "GET", path, "", headers);
    }

    private String delta(String target, String from) {
        return "/images/" + target + "/delta?base=" + from;
    }

    private static byte[] apply(byte[] delta, byte[] from) throws IOException {
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

    @Test
    void routesAreTheDocumentedOnes() throws Exception {
        for (Map.Entry<String, Set<String>> route : document.routes().entrySet()) {
            String path = route.getKey().replaceAll("\\{[a-z]+}", base);
            Answer refused = send("alice", "PATCH", path, new byte[0]);
            assertThat(refused.response.statusCode()).as(path).isEqualTo(405);
            assertThat(new TreeSet<>(List.of(refused.header("Allow").split(", "))))
                    .as(path)
                    .isEqualTo(route.getValue());
        }
        for (String path : List.of("/deploy", "/deploy/v1", "/deploy/v2/images/" + base)) {
            assertThat(send("alice", "GET", path, new byte[0]).response.statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        HttpResponse<String> strange =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(service.uri() + "/deploy/v1/images/" + base))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(strange.statusCode()).isEqualTo(401);
    }

    @Test
    void anImageTellsItsViewsAndWhatIsNear() throws Exception {
        Answer answer = get(200, "alice", "/images/" + child);
        JsonNode image = answer.json();
        assertThat(image.path("id").asText()).isEqualTo(child);
        for (String view : List.of("container", "disk")) {
            assertThat(image.at("/views/" + view + "/length").asLong()).isEqualTo(DISK_BYTES);
            assertThat(image.at("/views/" + view + "/digest").asText())
                    .isEqualTo(dataDigest(changed));
        }
        assertThat(image.at("/views/container/sha256").asText()).isEqualTo(sha256(changed));
        assertThat(answer.header("X-Openstack-Request-Id")).startsWith("req-");
        String first = upload("alice", "family", "", random(10));
        String second = upload("alice", "family", "", random(11));
        String strangers = upload("bob", "family", "", random(12));
        String named =
                upload("alice", "other", ", \"base_image_ref\": \"" + base + "\"", random(13));
        assertThat(near(second)).containsExactly(first);
        assertThat(near(named)).containsExactly(base);
        assertThat(near(strangers)).isEmpty();
        String release = ", \"os_distro\": \"debian\", \"os_version\": \"12\"";
        String old = upload("alice", "old", release, random(14));
        assertThat(near(upload("alice", "new", release, random(15)))).containsExactly(old);
        assertThat(
                        near(
                                upload(
                                        "alice",
                                        "x",
                                        ", \"base_image_ref\": \"" + strangers + "\"",
                                        random(16))))
                .isEmpty();
    }

    private List<String> near(String image) throws Exception {
        JsonNode near = get(200, ownerOf(image), "/images/" + image).json().path("near");
        List<String> ids = new ArrayList<>();
        near.forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private String ownerOf(String image) throws Exception {
        String owner = image("admin", "GET", "/" + image, "", 200).json().path("owner").asText();
        return owner.equals("web") ? "alice" : "bob";
    }

    @Test
    void aDeltaIsAFileThatIsHadInParts() throws Exception {
        Answer whole = get(200, "alice", delta(child, base));
        byte[] bytes = whole.bytes();
        assertThat(apply(bytes, disk)).isEqualTo(changed);
        assertThat(whole.header("Content-Type")).isEqualTo("application/vnd.mirage.delta");
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        String tag = whole.header("ETag");
        assertThat(tag).isEqualTo('"' + sha256(bytes) + '"');
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += 20_000) {
            String range = "bytes=" + at + "-" + (at + 19_999);
            Answer part = get(206, "alice", delta(child, base), "Range", range, "If-Range", tag);
            assertThat(part.header("Content-Range"))
                    .isEqualTo(
                            "bytes %d-%d/%d"
                                    .formatted(
                                            at,
                                            Math.min(at + 20_000, bytes.length) - 1,
                                            bytes.length));
            joined.writeBytes(part.bytes());
        }
        assertThat(joined.toByteArray()).isEqualTo(bytes);
        assertThat(get(206, "alice", delta(child, base), "Range", "bytes=-10").bytes())
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 10, bytes.length));
        assertThat(get(206, "alice", delta(child, base), "Range", "bytes=100-").bytes())
                .isEqualTo(Arrays.copyOfRange(bytes, 100, bytes.length));
        Answer behind =
                get(416, "alice", delta(child, base), "Range", "bytes=" + bytes.length + "-");
        assertThat(behind.header("Content-Range")).isEqualTo("bytes */" + bytes.length);
        assertThat(get(200, "alice", delta(child, base), "Range", "bytes=0-1,3-4").bytes())
                .isEqualTo(bytes);
        String[] other = {"Range", "bytes=0-1", "If-Range", "\"other\""};
        assertThat(get(200, "alice", delta(child, base), other).bytes()).isEqualTo(bytes);
        for (String match : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
            Answer same = get(304, "alice", delta(child, base), "If-None-Match", match);
            assertThat(same.bytes()).isEmpty();
            assertThat(same.header("ETag")).isEqualTo(tag);
        }
        get(200, "alice", delta(child, base), "If-None-Match", "\"x\"");
        Answer head = ask(200, "alice", "HEAD", delta(child, base), "");
        assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(bytes.length));
        assertThat(head.header("ETag")).isEqualTo(tag);
        ask(304, "alice", "HEAD", delta(child, base), "", "If-None-Match", tag);
        assertThat(get(200, "alice", delta(child, base), "Cache-Control", "no-cache").bytes())
                .isEqualTo(bytes);
        // Both views of a raw image are the same.
        assertThat(get(200, "alice", delta(child, base + ":container") + "&view=container").bytes())
                .isEqualTo(bytes);
    }

    @Test
    void aDeltaThatIsFoundDamagedIsMadeAnew() throws Exception {
        String from = upload("alice", "", "", random(90));
        String target = upload("alice", "", "", changed(random(90), 500_000));
        Path shelf = directory.resolve("data/deltas");
        Set<Path> before = files(shelf);
        byte[] good = get(200, "alice", delta(target, from)).bytes();
        Set<Path> made = files(shelf);
        made.removeAll(before);
        for (Path file : made) {
            rot(file);
        }
        byte[] rotten = get(200, "alice", delta(target, from)).bytes();
        assertThat(rotten).hasSameSizeAs(good).isNotEqualTo(good);
        assertThat(get(200, "alice", delta(target, from), "Cache-Control", "no-cache").bytes())
                .isEqualTo(good);
        assertThat(get(200, "alice", delta(target, from)).bytes()).isEqualTo(good);
    }

    private static Set<Path> files(Path shelf) throws IOException {
        try (Stream<Path> files = Files.list(shelf)) {
            return files.collect(Collectors.toSet());
        }
    }

    /** Another byte in the middle, in a file that was made long ago: what is new is believed. */
    private static void rot(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        ByteBuffer footer = ByteBuffer.wrap(bytes, bytes.length - 56, 56).slice();
        footer.putLong(8, footer.getLong(8) - 120_000);
        CRC32C crc = new CRC32C();
        crc.update(footer.slice(0, 48));
        footer.putInt(48, (int) crc.getValue());
        Files.write(file, bytes);
    }

    @Test
    void goodBasesAreToldWithWhatTheyTake() throws Exception {
        String from = upload("alice", "", "", random(20));
        String far = upload("alice", "", "", random(21));
        String target = upload("alice", "", "", changed(random(20), 500_000));
        String path =
                "/images/%s/deltas?base=%s&base=%s&base=%s"
                        .formatted(target, far, UUID.randomUUID(), from);
        JsonNode deltas = get(200, "alice", path).json().path("deltas");
        assertThat(deltas).hasSize(1);
        assertThat(deltas.at("/0/base").asText()).isEqualTo(from);
        assertThat(deltas.at("/0/base_view").asText()).isEqualTo("disk");
        assertThat(deltas.at("/0/bytes").asLong()).isBetween(1L, 400_000L);
        byte[] delta = get(200, "alice", delta(target, from)).bytes();
        JsonNode ready = get(200, "alice", path).json().path("deltas");
        assertThat(ready.at("/0/ready").asBoolean()).isTrue();
        assertThat(ready.at("/0/bytes").asLong()).isEqualTo(delta.length);
    }

    @Test
    void deltasOfNewImagesAreMadeAhead() throws Exception {
        byte[] first = random(30);
        String from = upload("alice", "ahead", "", first);
        String target = upload("alice", "ahead", "", changed(first, 800_000));
        awaitReady(target, from);
    }

    /** Two of the same name are probably nearer, and are not; nothing but its files tells which image is. */
    @Test
    void theDeltaFromWhatIsMostAlikeIsMadeAheadToo() throws Exception {
        byte[] tree = random(31);
        String alike = upload("alice", "", "", tree);
        String other = upload("alice", "", "", random(34));
        for (int number = 32; number < 34; number++) {
            upload("alice", "same-name", "", random(number));
        }
        String target = upload("alice", "same-name", "", changed(tree, 700_000));
        awaitReady(target, alike);
        assertThat(
                        get(200, "alice", "/images/%s/deltas?base=%s".formatted(target, other))
                                .json()
                                .path("deltas"))
                .isEmpty();
    }

    private void awaitReady(String target, String from) throws Exception {
        String path = "/images/%s/deltas?base=%s".formatted(target, from);
        boolean ready = false;
        for (int i = 0; i < 600 && !ready; i++) {
            Thread.sleep(50);
            ready = get(200, "alice", path).json().at("/deltas/0/ready").asBoolean();
        }
        assertThat(ready).isTrue();
    }

    @Test
    void aRecipeIsAFileToo() throws Exception {
        String path = "/images/" + child + "/recipe";
        Answer whole = get(200, "alice", path);
        byte[] bytes = whole.bytes();
        RecipeFile recipe =
                RecipeFile.read("recipe", ByteSources.of(ByteBuffer.wrap(bytes)), 1 << 20);
        assertThat(recipe.recipe().length()).isEqualTo(DISK_BYTES);
        assertThat(whole.header("Content-Type")).isEqualTo("application/vnd.mirage.recipe");
        String tag = whole.header("ETag");
        assertThat(get(206, "alice", path, "Range", "bytes=0-9").bytes())
                .isEqualTo(Arrays.copyOf(bytes, 10));
        get(304, "alice", path, "If-None-Match", tag);
        get(416, "alice", path, "Range", "bytes=" + bytes.length + "-");
        ask(200, "alice", "HEAD", path, "");
        ask(304, "alice", "HEAD", path, "", "If-None-Match", tag);
        assertThat(get(200, "alice", path + "?view=container").bytes()).isEqualTo(bytes);
    }

    @Test
    void rangesComeInTheOrderOfTheRequest() throws Exception {
        String path = "/images/" + child + "/ranges";
        Answer answer =
                ask(
                        200,
                        "alice",
                        "POST",
                        path,
                        "{\"ranges\": [[1000000, 100000], [0, 5], [0, 5]]}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/vnd.mirage.frames");
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.write(changed, 1_000_000, 100_000);
        expected.write(changed, 0, 5);
        expected.write(changed, 0, 5);
        RangeFrames.Reader frames =
                new RangeFrames.Reader("frames", new ByteArrayInputStream(answer.bytes()));
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        for (ByteBuffer frame = frames.next(); frame.hasRemaining(); frame = frames.next()) {
            byte[] part = new byte[frame.remaining()];
            frame.get(part);
            found.writeBytes(part);
        }
        assertThat(found.toByteArray()).isEqualTo(expected.toByteArray());
        ask(200, "alice", "POST", path, "{\"ranges\": []}");
        String most = "[" + "[0, 1],".repeat(9_999) + "[0, 1]]";
        ask(200, "alice", "POST", path, "{\"ranges\": " + most + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[0, 0]]",
                "[[0, -1]]",
                "[[-1, 1]]",
                "[[3000000, 1]]",
                "[[0, 3000001]]",
                "[[9223372036854775807, 9223372036854775807]]",
                "[[1, 9223372036854775807]]",
                "[[0, 18446744073709551617]]",
                "[[0, 1e3]]",
                "[[0, 1.0]]",
                "[[0, \"1\"]]",
                "[[0, null]]",
                "[[0]]",
                "[[0, 1, 2]]",
                "[[]]",
                "[0, 1]",
                "{}",
                "null",
                "7"
            })
    void rangesThatAreNoneAreRefused(String ranges) throws Exception {
        ask(400, "alice", "POST", "/images/" + child + "/ranges", "{\"ranges\": " + ranges + "}");
    }

    @Test
    void tooMuchIsRefused() throws Exception {
        String path = "/images/" + child + "/ranges";
        String many = "[0, 1],".repeat(10_000) + "[0, 1]";
        assertThat(ask(400, "alice", "POST", path, "{\"ranges\": [" + many + "]}").text())
                .contains("10001");
        String large = "[0, 3000000],".repeat(357) + "[0, 2741825]";
        assertThat(ask(400, "alice", "POST", path, "{\"ranges\": [" + large + "]}").text())
                .contains("357");
        ask(413, "alice", "POST", path, "{\"ranges\": [" + " ".repeat(1 << 20) + "]}");
        ask(400, "alice", "POST", path, "[]");
        ask(400, "alice", "POST", path, "{");
        ask(400, "alice", "POST", path + "?view=both", "{\"ranges\": []}");
        String bases = ("&base=" + base).repeat(65).substring(1);
        get(400, "alice", "/images/" + child + "/deltas?" + bases);
        get(
                200,
                "alice",
                "/images/" + child + "/deltas?" + bases.substring(bases.indexOf('&') + 1));
        get(400, "alice", "/images/" + child + "/deltas");
        get(400, "alice", "/images/" + child + "/delta");
        get(400, "alice", delta(child, base) + "&base=" + child);
        for (String none :
                List.of("x", base + ":disks", ":container", base + ":", "..%2F" + base)) {
            get(400, "alice", "/images/" + child + "/deltas?base=" + none);
            get(400, "alice", delta(child, none));
            ask(400, "alice", "HEAD", delta(child, none), "");
        }
        get(400, "alice", delta(child, base) + "&view=files");
        get(400, "alice", "/images/" + child + "/recipe?view=");
        ask(400, "alice", "HEAD", "/images/" + child + "/recipe?view=", "");
    }

    /** Each request for an image. */
    private void askAll(int status, String user, String image) throws Exception {
        String path = "/images/" + image;
        get(status, user, path);
        get(status, user, path + "/deltas?base=" + base);
        get(status, user, delta(image, base));
        ask(status, user, "HEAD", delta(image, base), "");
        get(status, user, path + "/recipe");
        ask(status, user, "HEAD", path + "/recipe", "");
        ask(status, user, "POST", path + "/ranges", "{\"ranges\": [[0, 1]]}");
    }

    @Test
    void whatTheImageApiWouldNotGiveIsNotGiven() throws Exception {
        askAll(404, "bob", child);
        askAll(404, "alice", UUID.randomUUID().toString());
        askAll(404, "alice", "none");
        askAll(403, "rita", child);
        String json = "{\"disk_format\": \"raw\", \"container_format\": \"bare\"}";
        String queued = image("alice", "POST", "", json, 201).json().path("id").asText();
        askAll(409, "alice", queued);
        String withheld = upload("alice", "", "", random(40));
        image("admin", "POST", "/" + withheld + "/actions/deactivate", "", 204);
        askAll(403, "alice", withheld);
        get(200, "admin", "/images/" + withheld);
    }

    /** No answer tells an image of others from one that does not exist. */
    @Test
    void basesOfOthersDoNotExist() throws Exception {
        String secret = upload("bob", "secret", "", disk);
        String withheld = upload("alice", "", "", random(41));
        image("admin", "POST", "/" + withheld + "/actions/deactivate", "", 204);
        String unknown = UUID.randomUUID().toString();
        Answer expected = get(404, "alice", delta(child, unknown));
        for (String hidden : List.of(secret, withheld)) {
            Answer found = get(404, "alice", delta(child, hidden));
            assertThat(found.text()).isEqualTo(expected.text().replace(unknown, hidden));
            assertThat(found.response.headers().map().keySet())
                    .isEqualTo(expected.response.headers().map().keySet());
            assertThat(get(200, "alice", "/images/" + child + "/deltas?base=" + hidden).text())
                    .isEqualTo("{\"deltas\":[]}");
        }
        // The administrator's delta is on the shelf now, and still not for everybody.
        get(200, "admin", delta(child, secret));
        get(404, "alice", delta(child, secret));
        get(404, "bob", delta(child, secret));
        Answer strange = get(404, "bob", "/images/" + child);
        Answer none = get(404, "bob", "/images/" + unknown);
        assertThat(strange.text()).isEqualTo(none.text().replace(unknown, child));
    }

    @Test
    void imagesOfDifferentStoresHaveNoDelta() throws Exception {
        String cheap = upload("alice", "", "", disk, "X-Image-Meta-Store", "cheap");
        get(409, "alice", delta(cheap, base));
        assertThat(get(200, "alice", "/images/" + cheap + "/deltas?base=" + base).text())
                .isEqualTo("{\"deltas\":[]}");
        String other = upload("alice", "", "", changed, "X-Image-Meta-Store", "cheap");
        assertThat(apply(get(200, "alice", delta(other, cheap)).bytes(), disk)).isEqualTo(changed);
    }

    private JsonNode tell(String host, String holds, String removed) throws Exception {
        String json = "{\"holds\": [" + holds + "], \"removed\": [" + removed + "]}";
        return ask(200, "nova", "PUT", "/hosts/" + host, json).json();
    }

    private static String quoted(String id) {
        return '"' + id + '"';
    }

    @Test
    void aRevokedImageIsDeployedToNobody() throws Exception {
        String bad = upload("alice", "bad", "", random(50));
        get(200, "alice", "/images/" + bad);
        tell("compute-1", quoted(bad), "");
        tell("compute-2", "", "");
        String path = "/images/" + bad + "/revocation";
        ask(403, "alice", "PUT", path, "");
        get(403, "nova", path);
        get(404, "admin", path);
        ask(404, "admin", "PUT", "/images/" + UUID.randomUUID() + "/revocation", "");
        ask(404, "admin", "PUT", "/images/none/revocation", "");
        JsonNode begun = ask(200, "admin", "PUT", path, "").json();
        assertThat(begun.path("image").asText()).isEqualTo(bad);
        assertThat(begun.path("confirmed")).isEmpty();
        assertThat(begun.path("outstanding").toString()).contains("compute-1", "compute-2");
        askAll(403, "alice", bad);
        askAll(403, "admin", bad);
        get(404, "alice", delta(child, bad));
        assertThat(image("alice", "GET", "/" + bad, "", 200).json().path("status").asText())
                .isEqualTo("deactivated");
        assertThat(tell("compute-1", quoted(bad), "").path("revoked").toString()).contains(bad);
        assertThat(tell("compute-1", "", quoted(bad)).path("revoked").toString())
                .doesNotContain(bad);
        image("alice", "DELETE", "/" + bad, "", 204);
        assertThat(tell("compute-2", "", quoted(bad)).path("revoked").toString())
                .doesNotContain(bad);
        assertThat(tell("compute-3", "", quoted(bad)).path("revoked").toString())
                .doesNotContain(bad);
        JsonNode done = get(200, "admin", path).json();
        assertThat(done.path("confirmed").toString())
                .isEqualTo("[\"compute-1\",\"compute-2\",\"compute-3\"]");
        assertThat(ask(200, "admin", "PUT", path, "").json()).isEqualTo(done);
    }

    @Test
    void newImagesNearToOnesThatAreHeldAreAnnounced() throws Exception {
        String held = upload("alice", "announced", "", random(60));
        image("admin", "PATCH", "/" + held, "", 415);
        // The host's token sees what is public.
        String json = "[{\"op\": \"replace\", \"path\": \"/visibility\", \"value\": \"public\"}]";
        publish(held, json);
        assertThat(tell("compute-9", quoted(held), "").path("announced")).isEmpty();
        String fresh = upload("alice", "announced", "", changed(random(60), 7));
        assertThat(tell("compute-9", quoted(held), "").path("announced")).isEmpty();
        publish(fresh, json);
        JsonNode announced = announcedTo("admin", held);
        assertThat(announced.toString())
                .contains("{\"image\":\"" + fresh + "\",\"near\":\"" + held + "\"}");
        assertThat(tell("compute-9", quoted(held) + ", " + quoted(fresh), "").path("announced"))
                .isEmpty();
    }

    @Test
    void whatIsAnnouncedIsNotHiddenByOthers() throws Exception {
        String json = "[{\"op\": \"replace\", \"path\": \"/visibility\", \"value\": \"public\"}]";
        String held = upload("alice", "crowd", "", random(70));
        publish(held, json);
        announcedTo("admin", held);
        String fresh = upload("alice", "crowd", "", changed(random(70), 7));
        publish(fresh, json);
        for (int i = 0; i < 21; i++) {
            publish(upload("alice", "", "", new byte[] {(byte) i}), json);
        }
        assertThat(announcedTo("admin", held).findValuesAsText("image")).contains(fresh);
    }

    @Test
    void whatIsATenantsOwnIsAnnouncedToNobody() throws Exception {
        String publish =
                "[{\"op\": \"replace\", \"path\": \"/visibility\", \"value\": \"public\"}]";
        String held = upload("alice", "private", "", random(80));
        publish(held, publish);
        announcedTo("admin", held);
        String tenants = upload("bob", "private", "", changed(random(80), 1));
        String community = upload("bob", "private", "", changed(random(80), 2));
        publish(community, publish.replace("public", "community"));
        String snapshot =
                upload(
                        "alice",
                        "private",
                        ", \"image_type\": \"snapshot\"",
                        changed(random(80), 3));
        publish(snapshot, publish);
        String fresh = upload("alice", "private", "", changed(random(80), 4));
        publish(fresh, publish);
        assertThat(announcedTo("admin", held).findValuesAsText("image"))
                .contains(fresh)
                .doesNotContain(tenants, community, snapshot);
    }

    private JsonNode announcedTo(String user, String held) throws Exception {
        String json = "{\"holds\": [" + quoted(held) + "], \"removed\": []}";
        return ask(200, user, "PUT", "/hosts/compute-9", json).json().path("announced");
    }

    private void publish(String image, String json) throws Exception {
        Answer answer =
                send(
                        "admin",
                        "PATCH",
                        "/v2/images/" + image,
                        json.getBytes(StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/openstack-images-v2.1-json-patch");
        assertThat(answer.response.statusCode()).as(answer.text()).isEqualTo(200);
    }

    @Test
    void hostsSayWhatTheyMean() throws Exception {
        String nothing = "{\"holds\": [], \"removed\": []}";
        ask(403, "alice", "PUT", "/hosts/compute-1", nothing);
        ask(200, "admin", "PUT", "/hosts/" + "x".repeat(255), nothing);
        for (String host : List.of("x".repeat(256), "a%20b", "a%00", "%C3%A4", "a%2Fb")) {
            ask(400, "nova", "PUT", "/hosts/" + host, nothing);
        }
        String many =
                Stream.generate(() -> quoted(base)).limit(10_001).collect(Collectors.joining(","));
        for (String body :
                List.of(
                        "{}",
                        "[]",
                        "{\"holds\": []}",
                        "{\"holds\": [\"x\"], \"removed\": []}",
                        "{\"holds\": [7], \"removed\": []}",
                        "{\"holds\": {}, \"removed\": []}",
                        "{\"holds\": [" + many + "], \"removed\": []}",
                        "{\"holds\": [], \"removed\": [" + many + "]}",
                        "{")) {
            ask(400, "nova", "PUT", "/hosts/compute-1", body);
        }
        ask(413, "nova", "PUT", "/hosts/compute-1", "{\"holds\": [" + " ".repeat(1 << 20) + "]}");
    }
}
