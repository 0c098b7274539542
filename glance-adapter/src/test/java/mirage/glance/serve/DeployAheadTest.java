package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** What the service finds, makes and announces by itself, for hosts that will ask for it. */
final class DeployAheadTest extends DeployedService {
    @Test
    void whatIsNearIsOfTheSameNameReleaseOrStated() throws Exception {
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
}
