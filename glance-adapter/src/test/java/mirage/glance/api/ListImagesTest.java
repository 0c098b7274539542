package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code GET /v2/images}: filters, order, pages, and who sees what. */
final class ListImagesTest {
    @TempDir Path directory;
    private TestService service;

    /** Alice's images, one second apart from 05:06:07 on. */
    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
        service.create(
                "{'id': 'aaaaaaaa-0000-0000-0000-000000000001', 'name': 'one', 'min_ram': 1,"
                        + " 'disk_format': 'raw', 'container_format': 'bare', 'tags': ['x', 'y'],"
                        + " 'os': 'linux', 'visibility': 'private', 'protected': true}");
        service.create(
                "{'id': 'aaaaaaaa-0000-0000-0000-000000000002', 'name': 'two, a',"
                        + " 'disk_format': 'qcow2', 'container_format': 'bare', 'tags': ['x'],"
                        + " 'os': 'bsd', 'arch': 'arm'}");
        service.create(
                "{'id': 'aaaaaaaa-0000-0000-0000-000000000003', 'name': 'a:b',"
                        + " 'visibility': 'community', 'os': 'linux', 'arch': 'arm'}");
        service.create(
                "{'id': 'aaaaaaaa-0000-0000-0000-000000000004', 'name': 'hidden',"
                        + " 'os_hidden': true}");
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private JsonNode list(String query) {
        return service.get("/v2/images" + query).send(200).json();
    }

    /** The names of a list's images. */
    private List<String> names(String query, String user) {
        JsonNode list = service.get("/v2/images" + query).as(user).send(200).json();
        List<String> names = new ArrayList<>();
        list.path("images").forEach(image -> names.add(image.path("name").asText()));
        return names;
    }

    @Test
    void newestFirstWithoutHiddenOnes() {
        assertThat(names("", "alice")).containsExactly("a:b", "two, a", "one");
        JsonNode list = list("");
        assertThat(list.path("first").asText()).isEqualTo("/v2/images");
        assertThat(list.path("schema").asText()).isEqualTo("/v2/schemas/images");
        assertThat(list.has("next")).isFalse();
        assertThat(list.path("images").path(0))
                .isEqualTo(service.image(list.path("images").path(0).path("id").asText()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name=one                              | one",
                "name=nothing                          |",
                "name=a:b                              | a:b",
                "name=eq:one                           | one",
                "name=in:one,a:b                       | a:b;one",
                "name=in:%22two,%20a%22,one            | two, a;one",
                "id=aaaaaaaa-0000-0000-0000-000000000003 | a:b",
                "id=in:aaaaaaaa-0000-0000-0000-000000000001,x | one",
                "status=queued                         | a:b;two, a;one",
                "status=in:queued,active               | a:b;two, a;one",
                "status=active                         |",
                "status=bogus                          |",
                "disk_format=raw                       | one",
                "disk_format=in:raw,qcow2              | two, a;one",
                "disk_format=                          |",
                "container_format=bare                 | two, a;one",
                "owner=web                             | a:b;two, a;one",
                "owner=db                              |",
                "visibility=private                    | one",
                "visibility=shared                     | two, a",
                "visibility=community                  | a:b",
                "visibility=public                     |",
                "visibility=all                        | a:b;two, a;one",
                "member_status=all                     | a:b;two, a;one",
                "protected=true                        | one",
                "protected=false                       | a:b;two, a",
                "os_hidden=true                        | hidden",
                "os_hidden=True                        | hidden",
                "os_hidden=false                       | a:b;two, a;one",
                "min_ram=1                             | one",
                "min_ram=0                             | a:b;two, a",
                "min_ram=text                          |",
                "min_ram_min=1                         | one",
                "min_ram_max=0                         | a:b;two, a",
                "tag=x                                 | two, a;one",
                "tag=x&tag=y                           | one",
                "tag=z                                 |",
                "os=linux                              | a:b;one",
                "os=linux&arch=arm                     | a:b",
                "os=in:linux                           |",
                "nothing=x                             |",
                "deleted=true                          | a:b;two, a;one",
                "created_at=2026-03-04T05:06:08Z       | two, a",
                "created_at=eq:2026-03-04T05:06:08Z    | two, a",
                "created_at=eq:2026-03-04T07:06:08%2B02:00 | two, a",
                "created_at=neq:2026-03-04T05:06:08Z   | a:b;one",
                "created_at=gt:2026-03-04T05:06:08Z    | a:b",
                "created_at=gte:2026-03-04T05:06:08    | a:b;two, a",
                "created_at=lt:2026-03-04T05:06:08Z    | one",
                "updated_at=lte:2026-03-04T05:06:08Z   | two, a;one",
                "created_at=gt:2026-03-04              | a:b;two, a;one",
                "size_min=0                            |",
                "os_hash_algo=sha512                   |",
                "limit=2                               | a:b;two, a",
                "limit=0                               |",
                "sort=name                             | two, a;one;a:b",
                "sort=name:asc                         | a:b;one;two, a",
                "sort=name:                            | two, a;one;a:b",
                "sort_key=name&sort_dir=asc            | a:b;one;two, a",
                "sort_dir=asc                          | one;two, a;a:b",
                "sort=container_format:asc,name:desc   | a:b;two, a;one",
                "sort_key=container_format&sort_dir=asc&sort_key=name&sort_dir=desc | a:b;two, a;one",
                "sort_key=min_ram_is_no_key            | 400",
                "sort_key=                             | 400",
                "sort=name:up                          | 400",
                "sort=name,,id                         | 400",
                "sort=name&sort_key=id                 | 400",
                "sort_key=name&sort_dir=up             | 400",
                "sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=asc | 400",
                "limit=-1                              | 400",
                "limit=many                            | 400",
                "marker=aaaaaaaa-0000-0000-0000-00000000000f | 400",
                "marker=nonsense                       | 400",
                "visibility=secret                     | 400",
                "member_status=maybe                   | 400",
                "protected=True                        | 400",
                "protected=1                           | 400",
                "os_hidden=maybe                       | 400",
                "created_at=yesterday                  | 400",
                "created_at=about:2026-03-04T05:06:08Z | 400",
                "created_at=in:2026-03-04T05:06:08Z    | 400",
                "name=gt:one                           | 400",
                "status=neq:active                     | 400",
                "name=in:%22one                        | 400",
                "name=in:%22one%22two                  | 400",
                "name=in:one%22two%22                  | 400",
                "size_min=big                          | 400",
                "size_max=big                          | 400",
                "changes-since=2026-03-04              | 400",
                "name=%zz                              | 400"
            })
    void filtersAndOrders(String query, String expected) {
        if ("400".equals(expected)) {
            assertThat(RawRequest.status(service, "/v2/images?" + query)).isEqualTo(400);
        } else {
            assertThat(String.join(";", names("?" + query, "alice")))
                    .isEqualTo(expected == null ? "" : expected);
        }
    }

    @Test
    void sizesAndDigestsAreFilters() {
        String id = service.createActive("hello".getBytes(StandardCharsets.UTF_8));
        String sha512 = service.image(id).path("os_hash_value").asText();
        for (String query :
                new String[] {
                    "size=5",
                    "size_min=5",
                    "size_max=5",
                    "size_min=1&size_max=9",
                    "virtual_size=5",
                    "checksum=5d41402abc4b2a76b9719d911017c592",
                    "os_hash_value=" + sha512,
                    "os_hash_algo=sha512",
                    "status=active"
                }) {
            JsonNode images = list("?" + query).path("images");
            assertThat(images).as(query).hasSize(1);
            assertThat(images.path(0).path("id").asText()).isEqualTo(id);
        }
        assertThat(list("?size_min=6").path("images")).isEmpty();
        assertThat(list("?os_hash_algo=md5").path("images")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=1",
                "?limit=2&sort=name:asc",
                "?limit=1&sort=os_is_no_key",
                "?limit=2&sort_key=size&sort_key=name&sort_dir=desc",
                "?limit=1&tag=x&name=in:one,%22two,+a%22",
                "?limit=3"
            })
    void pagesFollowOneAnother(String query) {
        if (query.contains("no_key")) {
            service.get("/v2/images" + query).send(400);
            return;
        }
        List<String> whole = names(query.replaceAll("limit=\\d", "limit=100"), "alice");
        List<String> paged = new ArrayList<>();
        String next = "/v2/images" + query;
        int pages = 0;
        while (!next.isEmpty()) {
            JsonNode page = service.get(next).send(200).json();
            page.path("images").forEach(image -> paged.add(image.path("name").asText()));
            next = page.path("next").asText();
            assertThat(++pages).isLessThan(10);
        }
        assertThat(paged).isEqualTo(whole);
        assertThat(whole).isNotEmpty();
    }

    @Test
    void linksKeepWhatWasAskedWithItsRepeats() {
        JsonNode list = list("?tag=x&tag=y&limit=1&sort=name:asc&os=linux");
        assertThat(list.path("first").asText())
                .isEqualTo("/v2/images?tag=x&tag=y&limit=1&sort=name%3Aasc&os=linux");
        assertThat(list.path("next").asText())
                .isEqualTo(
                        "/v2/images?tag=x&tag=y&limit=1&sort=name%3Aasc&os=linux"
                                + "&marker=aaaaaaaa-0000-0000-0000-000000000001");
        JsonNode last = service.get(list.path("next").asText()).send(200).json();
        assertThat(last.path("images")).isEmpty();
        assertThat(last.has("next")).isFalse();
        assertThat(last.path("first")).isEqualTo(list.path("first"));
    }

    @Test
    void aPageHas25ImagesByDefaultAnd1000AtTheMost() {
        for (int i = 0; i < 30; i++) {
            service.create("{}");
        }
        assertThat(list("").path("images")).hasSize(25);
        assertThat(list("?limit=5000").path("images")).hasSize(33);
    }

    @Test
    void aMarkerMustBeVisible() {
        service.get("/v2/images?marker=aaaaaaaa-0000-0000-0000-000000000001").send(200);
        service.get("/v2/images?marker=aaaaaaaa-0000-0000-0000-000000000001").as("bob").send(400);
        service.delete("/v2/images/aaaaaaaa-0000-0000-0000-000000000002").send(204);
        service.get("/v2/images?marker=aaaaaaaa-0000-0000-0000-000000000002").send(400);
    }

    @Test
    void othersSeeWhatIsPublicAndCommunityImagesWhenTheyAskForThem() {
        service.post("/v2/images", "{'name': 'public', 'visibility': 'public'}")
                .as("admin")
                .send(201);
        assertThat(names("", "bob")).containsExactly("public");
        assertThat(names("?visibility=community", "bob")).containsExactly("a:b");
        assertThat(names("?visibility=all", "bob")).containsExactly("public", "a:b");
        assertThat(names("?owner=web", "bob")).isEmpty();
        assertThat(names("?visibility=shared", "bob")).isEmpty();
        assertThat(names("?visibility=private", "bob")).isEmpty();
        assertThat(names("", "alice")).containsExactly("public", "a:b", "two, a", "one");
        assertThat(names("", "admin")).containsExactly("public", "two, a", "one");
        assertThat(names("?owner=web", "admin")).containsExactly("two, a", "one");
        assertThat(names("?visibility=community", "admin")).containsExactly("a:b");
        assertThat(names("?visibility=all", "admin"))
                .containsExactly("public", "a:b", "two, a", "one");
        assertThat(names("?os_hidden=true", "bob")).isEmpty();
        assertThat(names("?os_hidden=true", "admin")).containsExactly("hidden");
        service.get("/v2/images").as("rita").send(200);
        service.get("/v2/images").as("noone").send(403);
    }
}
