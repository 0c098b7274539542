package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.bytes.ByteSources;
import mirage.deploy.RangeFrames;
import mirage.deploy.RecipeFile;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The requests of the deploy API, as its clients see them. Every answer that its document names must come. */
final class DeployApiTest extends DeployedService {
    @AfterAll
    void everyDocumentedAnswerCame() {
        // What a store that fails or is busy answers: OpeningTest.
        assertThat(document.unseen()).allMatch(answer -> answer.endsWith(" 503"));
    }

    @Test
    void routesAreTheDocumentedOnes() throws Exception {
        for (Map.Entry<String, Set<String>> route : document.routes().entrySet()) {
            String path = route.getKey().replaceAll("\\{[a-z]+}", base);
            Answer refused = send("alice", "PATCH", path, new byte[0]);
            assertThat(refused.response().statusCode()).as(path).isEqualTo(405);
            assertThat(new TreeSet<>(List.of(refused.header("Allow").split(", "))))
                    .as(path)
                    .isEqualTo(route.getValue());
        }
        for (String path : List.of("/deploy", "/deploy/v1", "/deploy/v2/images/" + base)) {
            assertThat(send("alice", "GET", path, new byte[0]).response().statusCode())
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
    void anImageTellsItsViews() throws Exception {
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
            assertThat(found.response().headers().map().keySet())
                    .isEqualTo(expected.response().headers().map().keySet());
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
