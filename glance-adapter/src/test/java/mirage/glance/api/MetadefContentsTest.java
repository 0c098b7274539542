package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is in a namespace, as it was measured at Glance 25.1.0 unless a test says that it differs. */
final class MetadefContentsTest {
    private static final String NS = "/v2/metadefs/namespaces/ns";
    private static final String PROPERTIES = NS + "/properties";
    private static final String OBJECTS = NS + "/objects";
    private static final String TAGS = NS + "/tags";
    private static final String TYPES = NS + "/resource_types";

    @TempDir static Path directory;

    private static TestService service;

    @BeforeAll
    static void start() throws IOException {
        service = new TestService(directory);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void begin() {
        TestService.forgetDefinitions();
        post("/v2/metadefs/namespaces", "{'namespace': 'ns', 'visibility': 'public'}").send(201);
        post("/v2/metadefs/namespaces", "{'namespace': 'theirs', 'owner': 'x'}").send(201);
    }

    @Test
    void properties() {
        assertThat(get(PROPERTIES)).hasToString("{\"properties\":{}}");
        TestService.Answer created =
                post(PROPERTIES, "{'title': 'P', 'name': 'p', 'type': 'string', 'default': 1}")
                        .send(201);
        assertThat(created.text()).isEqualTo(p("'default':'1'"));
        assertThat(created.header("Location")).isNull();
        post(PROPERTIES, "{'name': 'p', 'type': 'string', 'title': 'P'}").send(409);
        assertThat(get(PROPERTIES))
                .hasToString("{\"properties\":{\"p\":" + p("'default':'1'") + "}}");
        assertThat(get(PROPERTIES + "/p")).hasToString(p("'default':'1'"));
        service.get(PROPERTIES + "/none").as("admin").send(404);

        put(PROPERTIES + "/p", "{'name': 'q', 'type': 'string', 'title': 'P'}").send(200);
        service.get(PROPERTIES + "/p").as("admin").send(404);
        assertThat(get(PROPERTIES + "/q").path("name").asText()).isEqualTo("q");
        post(PROPERTIES, "{'name': 'p', 'type': 'string', 'title': 'P'}").send(201);
        put(PROPERTIES + "/p", "{'name': 'q', 'type': 'string', 'title': 'P'}").send(409);
        put(PROPERTIES + "/p", "{'type': 'string', 'title': 'P'}").send(400);
        put(PROPERTIES + "/none", "{'name': 'q', 'type': 'string', 'title': 'P'}").send(404);
        service.delete(PROPERTIES + "/p").as("admin").send(204);
        service.delete(PROPERTIES + "/p").as("admin").send(404);
    }

    private static String p(String more) {
        return ("{'name':'p','type':'string','title':'P'," + more + "}").replace('\'', '"');
    }

    @Test
    void aPropertyIsFoundByItsNameOnAResourceType() {
        post(PROPERTIES, "{'name': 'p', 'type': 'string', 'title': 'P'}").send(201);
        post(TYPES, "{'name': 'Image', 'prefix': 'hw_'}").send(201);
        post(TYPES, "{'name': 'Flavor'}").send(201);
        assertThat(get(PROPERTIES + "/hw_p?resource_type=Image").path("name").asText())
                .isEqualTo("p");
        for (String wrong :
                List.of(
                        "/p?resource_type=Image",
                        "/p?resource_type=Flavor",
                        "/p?resource_type=none")) {
            service.get(PROPERTIES + wrong).as("admin").send(404);
        }
    }

    @Test
    void objects() {
        assertThat(get(OBJECTS))
                .hasToString("{\"objects\":[],\"schema\":\"v2/schemas/metadefs/objects\"}");
        TestService.Answer created = post(OBJECTS, "{'name': 'o'}").send(201);
        assertThat(created.header("Location")).isNull();
        assertThat(fields(created.json()))
                .containsExactly("name", "created_at", "updated_at", "self", "schema");
        assertThat(fields(get(OBJECTS + "/o")))
                .containsExactly(
                        "name",
                        "required",
                        "properties",
                        "created_at",
                        "updated_at",
                        "self",
                        "schema");
        assertThat(get(OBJECTS + "/o").path("self").asText()).isEqualTo(OBJECTS + "/o");
        post(OBJECTS, "{'name': 'o'}").send(409);
        post(OBJECTS, "{'name': 'a/b', 'required': ['x,y']}").send(201);
        assertThat(get(OBJECTS).at("/objects/0/name").asText()).isEqualTo("a/b");
        // Glance keeps the names joined by commas and shows two.
        assertThat(get(OBJECTS + "/a%2Fb").path("required")).hasToString("[\"x,y\"]");

        JsonNode updated =
                put(OBJECTS + "/o", "{'name': 'n', 'description': 'd', 'required': ['r']}")
                        .send(200)
                        .json();
        assertThat(fields(updated))
                .containsExactly(
                        "name",
                        "required",
                        "description",
                        "created_at",
                        "updated_at",
                        "self",
                        "schema");
        put(OBJECTS + "/n", "{'name': 'a/b'}").send(409);
        put(OBJECTS + "/n", "{}").send(400);
        put(OBJECTS + "/o", "{'name': 'o'}").send(404);
        service.get(OBJECTS + "/o").as("admin").send(404);
        service.delete(OBJECTS + "/n").as("admin").send(204);
        service.delete(OBJECTS + "/n").as("admin").send(404);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, 400",
        "limit=x, 400",
        "sort_dir=up, 400",
        "visibility=community, 400",
        "limit=1, 200",
        "marker=none, 200",
        "sort_key=none, 200"
    })
    void objectsAreListedAllTheSame(String query, int status) {
        service.get(OBJECTS + "?" + query).as("admin").send(status);
    }

    @Test
    void tags() {
        assertThat(get(TAGS)).hasToString("{\"tags\":[]}");
        TestService.Answer created =
                post(TAGS, "{'tags': [{'name': 'c'}, {'name': 'a'}, {'name': 'b'}]}").send(201);
        assertThat(created.text()).isEqualTo(tagList("c", "a", "b"));
        assertThat(get(TAGS)).hasToString(tagList("b", "a", "c"));
        assertThat(fields(get(TAGS + "/a"))).containsExactly("name", "created_at", "updated_at");

        TestService.Answer one = service.call("POST", TAGS + "/d%20e").as("admin").send(201);
        assertThat(one.json().path("name").asText()).isEqualTo("d e");
        service.call("POST", TAGS + "/d%20e").as("admin").send(409);
        post(TAGS + "/f", "{'name': 'f'}").send(400);
        service.call("POST", TAGS + "/" + "n".repeat(81)).as("admin").send(400);
        assertThat(get(TAGS + "?sort_key=name&sort_dir=asc&limit=2&marker=a"))
                .hasToString(tagList("b", "c"));

        post(TAGS, "{'tags': [{'name': 'x'}]}").header("X-Openstack-Append", "True").send(201);
        assertThat(get(TAGS).path("tags")).hasSize(5);
        post(TAGS, "{'tags': [{'name': 'x'}]}").header("X-Openstack-Append", "yes").send(409);
        assertThat(post(TAGS, "{'tags': []}").send(201).text()).isEqualTo(tagList());
        assertThat(get(TAGS).path("tags")).hasSize(5);
        post(TAGS, "{'tags': [{'name': 'y'}]}").header("X-Openstack-Append", "maybe").send(201);
        assertThat(get(TAGS)).hasToString(tagList("y"));

        assertThat(put(TAGS + "/y", "{'name': 'z'}").send(200).json().path("name").asText())
                .isEqualTo("z");
        put(TAGS + "/y", "{'name': 'z'}").send(404);
        service.call("POST", TAGS + "/w").as("admin").send(201);
        put(TAGS + "/w", "{'name': 'z'}").send(409);
        put(TAGS + "/w", "{}").send(400);
        service.delete(TAGS + "/w").as("admin").send(204);
        service.delete(TAGS + "/w").as("admin").send(404);
        service.get(TAGS + "/w").as("admin").send(404);
    }

    private static String tagList(String... names) {
        return "{\"tags\":["
                + String.join(
                        ",", List.of(names).stream().map(n -> "{\"name\":\"" + n + "\"}").toList())
                + "]}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'tags': [{}]}",
                "{'tags': [{'name': 5}]}",
                "{'tags': ['x']}",
                "{'tags': [{'name': 'x', 'y': 1}]}",
                "{'tags': [{'name': ''}]}",
                "{'tags': 'x'}",
                "{'other': []}",
                "[]"
            })
    void tagsThatAreWrongChangeNothing(String wrong) {
        post(TAGS, "{'tags': [{'name': 'a'}]}").send(201);
        post(TAGS, wrong).send(400);
        post(TAGS, "{'tags': [{'name': 'x'}, {'name': 'x'}]}").send(409);
        assertThat(get(TAGS)).hasToString(tagList("a"));
    }

    @ParameterizedTest
    @CsvSource({
        "limit=x, 400", "limit=-1, 400", "sort_dir=up, 400", "sort_key=none, 400",
        "visibility=community, 400", "marker=none, 404", "limit=0, 200", "limit=, 200"
    })
    void parametersOfTagsAreChecked(String query, int status) {
        service.get(TAGS + "?" + query).as("admin").send(status);
    }

    @Test
    void resourceTypes() {
        assertThat(get(TYPES)).hasToString("{\"resource_type_associations\":[]}");
        TestService.Answer created =
                post(TYPES, "{'name': 'OS::Nova::Flavor', 'prefix': 'hw:'}").send(201);
        assertThat(created.header("Location")).isNull();
        assertThat(fields(created.json()))
                .containsExactly("name", "prefix", "created_at", "updated_at");
        post(TYPES, "{'name': 'OS::Nova::Flavor'}").send(409);
        post(TYPES, "{'name': 'OS::Nova::Flavor', 'x': 1}").send(400);
        post(TYPES, "{}").send(400);
        assertThat(get(TYPES).at("/resource_type_associations/0")).isEqualTo(created.json());
        service.delete(TYPES + "/OS::Nova::Flavor").as("admin").send(204);
        service.delete(TYPES + "/OS::Nova::Flavor").as("admin").send(404);
        JsonNode all = service.get("/v2/metadefs/resource_types").as("rita").send(200).json();
        assertThat(fields(all.at("/resource_types/0")))
                .containsExactly("name", "created_at", "updated_at");
        assertThat(all.at("/resource_types/0/name").asText()).isEqualTo("OS::Nova::Flavor");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    properties     | {'name': 'p', 'title': 'P', 'type': 'string'} | created_at
                    objects        | {'name': 'p'}                                 | self
                    tags           | {'tags': [{'name': 'p'}]}                     | updated_at
                    resource_types | {'name': 'p'}                                 | created_at
                    """)
    void whoMayDoWhat(String kind, String body, String readOnly) {
        String here = NS + "/" + kind;
        post(here, body).send(201);
        service.get(here).as("rita").send(200);
        post(here, body).as("alice").send(403);
        service.delete(here + "/p").as("alice").send(403);
        service.post(here, "{'" + readOnly + "': 'x', " + body.substring(1)).as("admin").send(403);
        service.call("POST", here).as("admin").send(400);
        if (!kind.equals("resource_types")) {
            service.get(here + "/p").as("rita").send(200);
            put(here + "/p", "{'name': 'p', 'title': 'P', 'type': 'string'}")
                    .as("alice")
                    .send(kind.equals("properties") ? 403 : 400);
            service.delete(here).as("alice").send(403);
        }
        for (String hidden :
                List.of("/v2/metadefs/namespaces/theirs/", "/v2/metadefs/namespaces/nowhere/")) {
            service.get(hidden + kind).as("alice").send(404);
            post(hidden + kind, body).as("alice").send(404);
            service.delete(hidden + kind + "/p").as("alice").send(404);
            if (!kind.equals("resource_types")) {
                service.get(hidden + kind + "/p").as("alice").send(404);
                service.delete(hidden + kind).as("alice").send(404);
            }
        }
    }

    /** PostgreSQL could not even be asked for such a name. */
    @Test
    void noNameHoldsU0000() {
        service.get(NS + "%00").as("admin").send(400);
        service.get(PROPERTIES + "/%00").as("admin").send(400);
        service.delete(TAGS + "/a%00").as("admin").send(400);
        service.get(TAGS + "?marker=%00").as("admin").send(400);
        post(TAGS, "{'tags': [{'name': 'a\\u0000'}]}").send(400);
        post(PROPERTIES, "{'name': 'a\\u0000', 'type': 'string', 'title': 't'}").send(400);
    }

    private static TestService.Call post(String path, String json) {
        return service.post(path, json).as("admin");
    }

    private static TestService.Call put(String path, String json) {
        return service.call("PUT", path).json(json).as("admin");
    }

    private static JsonNode get(String path) {
        return service.get(path).as("admin").send(200).json();
    }

    private static List<String> fields(JsonNode json) {
        return json.properties().stream().map(Map.Entry::getKey).toList();
    }
}
