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
import java.util.stream.StreamSupport;

/** {@code /v2/metadefs/namespaces}, as it was measured at Glance 25.1.0 unless a test says that it differs. */
final class MetadefNamespacesTest {
    private static final String NAMESPACES = "/v2/metadefs/namespaces";
    private static final String FULL =
            "{'namespace': 'full', 'display_name': 'Full', 'description': 'all', 'visibility': 'public',"
                    + " 'protected': false, 'owner': 'web',"
                    + " 'resource_type_associations': [{'name': 'OS::Glance::Image', 'prefix': 'hw_',"
                    + " 'properties_target': 'image'}, {'name': 'OS::Nova::Flavor'}],"
                    + " 'properties': {'cpus': {'type': 'integer', 'title': 'CPUs', 'default': 4},"
                    + " 'arch': {'title': 'A', 'type': 'string'}},"
                    + " 'objects': [{'name': 'zebra', 'required': ['legs'],"
                    + " 'properties': {'legs': {'title': 'Legs', 'type': 'integer'}}},"
                    + " {'name': 'ape', 'description': 'd'}],"
                    + " 'tags': [{'name': 'b'}, {'name': 'a'}]}";

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
    void forget() {
        TestService.forgetDefinitions();
    }

    @Test
    void createsOneWithNothingInIt() {
        TestService.Answer answer = create("{'namespace': 'OS::My Own'}").send(201);
        assertThat(answer.header("Location"))
                .isEqualTo(service.uri() + NAMESPACES + "/OS::My%20Own");
        assertThat(fields(answer.json()))
                .containsExactly(
                        "namespace",
                        "visibility",
                        "protected",
                        "owner",
                        "created_at",
                        "updated_at",
                        "self",
                        "schema");
        assertThat(answer.json().path("visibility").asText()).isEqualTo("private");
        assertThat(answer.json().path("protected").asBoolean(true)).isFalse();
        assertThat(answer.json().path("owner").asText()).isEqualTo("admin");
        assertThat(answer.json().path("created_at").asText()).matches("2026-03-04T..:..:..Z");
        assertThat(answer.json().path("self").asText()).isEqualTo(NAMESPACES + "/OS::My Own");
        assertThat(answer.json().path("schema").asText())
                .isEqualTo("/v2/schemas/metadefs/namespace");
        assertThat(get(NAMESPACES + "/OS::My%20Own")).isEqualTo(answer.json());
    }

    @Test
    void createsOneWithAllThatIsInIt() {
        JsonNode created = create(FULL).send(201).json();
        assertThat(fields(created))
                .containsExactly(
                        "namespace",
                        "display_name",
                        "description",
                        "visibility",
                        "protected",
                        "owner",
                        "created_at",
                        "updated_at",
                        "resource_type_associations",
                        "properties",
                        "objects",
                        "tags",
                        "self",
                        "schema");
        assertThat(created.path("resource_type_associations"))
                .hasToString(
                        quoted(
                                "[{'name':'OS::Glance::Image','prefix':'hw_','properties_target':'image'},{'name':'OS::Nova::Flavor'}]"));
        assertThat(created.path("objects"))
                .hasToString(
                        quoted(
                                "[{'name':'zebra','required':['legs'],'properties':{'legs':{'type':'integer','title':'Legs'}}},{'name':'ape','description':'d'}]"));
        assertThat(created.path("tags")).hasToString(quoted("[{'name':'b'},{'name':'a'}]"));

        JsonNode shown = get(NAMESPACES + "/full");
        assertThat(fields(shown)).isEqualTo(fields(created));
        assertThat(fields(shown.path("resource_type_associations").path(0)))
                .containsExactly("name", "prefix", "properties_target", "created_at", "updated_at");
        assertThat(shown.path("properties"))
                .hasToString(
                        quoted(
                                "{'arch':{'type':'string','title':'A'},'cpus':{'type':'integer','title':'CPUs','default':'4'}}"));
        assertThat(fields(shown.path("objects").path(0)))
                .containsExactly(
                        "name",
                        "required",
                        "description",
                        "properties",
                        "created_at",
                        "updated_at",
                        "self",
                        "schema");
        assertThat(shown.path("objects").path(0).path("self").asText())
                .isEqualTo(NAMESPACES + "/full/objects/ape");
        assertThat(shown.path("tags")).hasToString(quoted("[{'name':'a'},{'name':'b'}]"));
    }

    @Test
    void aResourceTypePrefixesNamesOfProperties() {
        create(FULL).send(201);
        JsonNode image = get(NAMESPACES + "/full?resource_type=OS::Glance::Image");
        assertThat(fields(image.path("properties"))).containsExactly("hw_arch", "hw_cpus");
        assertThat(image.at("/objects/1/required")).hasToString(quoted("['hw_legs']"));
        assertThat(fields(image.at("/objects/1/properties"))).containsExactly("hw_legs");
        for (String other : List.of("OS::Nova::Flavor", "none", "")) {
            JsonNode plain = get(NAMESPACES + "/full?resource_type=" + other);
            assertThat(fields(plain.path("properties"))).containsExactly("arch", "cpus");
        }
    }

    @Test
    void aNameIsTakenOnce() {
        create("{'namespace': 'a'}").send(201);
        create("{'namespace': 'a'}").send(409);
        create("{'namespace': 'A'}").send(201);
        create("{'namespace': 'b', 'tags': [{'name': 't'}, {'name': 't'}]}").send(409);
        service.get(NAMESPACES + "/b").as("admin").send(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'namespace': 5}",
                "{'namespace': ''}",
                "{'namespace': 'bad', 'visibility': 'shared'}",
                "{'namespace': 'bad', 'protected': 'yes'}",
                "{'namespace': 'bad', 'extra': 1}",
                "{'namespace': 'bad', 'objects': [{'name': 'o', 'x': 1}]}",
                "[]",
                "'x'",
                "{"
            })
    void whatIsWrongIsRefusedAndNothingIsKept(String wrong) {
        create(wrong).send(400);
        service.get(NAMESPACES + "/bad").as("admin").send(404);
    }

    @Test
    void lengthsAreBounded() {
        create("{'namespace': '" + "n".repeat(81) + "'}").send(400);
        create("{'namespace': 'bad', 'display_name': '" + "d".repeat(81) + "'}").send(400);
        create("{'namespace': 'bad', 'description': '" + "d".repeat(501) + "'}").send(400);
        create("{'namespace': 'bad', 'owner': '" + "d".repeat(256) + "'}").send(400);
        create("{'namespace': 'bad', 'description': '" + "d".repeat(1 << 20) + "'}").send(413);
        create("{'namespace': '" + "n".repeat(80) + "'}").send(201);
        service.call("POST", NAMESPACES).as("admin").send(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"self", "schema", "created_at", "updated_at"})
    void whatTheServiceSetsIsReadOnly(String attribute) {
        create("{'namespace': 'a', '" + attribute + "': 'x'}").send(403);
        create("{'namespace': 'a'}").send(201);
        put("a", "{'namespace': 'a', '" + attribute + "': 'x'}").send(403);
    }

    @Test
    void onlyAdministratorsChange() {
        create(FULL).send(201);
        for (String user : List.of("alice", "rita")) {
            create("{'namespace': 'no'}").as(user).send(403);
            put("full", "{'namespace': 'full'}").as(user).send(403);
            service.delete(NAMESPACES + "/full").as(user).send(403);
            for (String kind : List.of("objects", "properties", "tags")) {
                service.delete(NAMESPACES + "/full/" + kind).as(user).send(403);
            }
        }
        service.get(NAMESPACES).withoutToken().send(401);
    }

    @Test
    void anotherProjectsPrivateNamespaceIsNotThere() {
        create("{'namespace': 'theirs', 'owner': 'web'}").send(201);
        service.get(NAMESPACES + "/theirs").as("alice").send(200);
        service.get(NAMESPACES + "/theirs").as("rita").send(200);
        service.get(NAMESPACES + "/theirs").as("admin").send(200);
        service.get(NAMESPACES + "/theirs").as("bob").send(404);
        service.get(NAMESPACES + "/theirs").as("noone").send(404);
        put("theirs", "{'namespace': 'theirs'}").as("bob").send(404);
        service.delete(NAMESPACES + "/theirs").as("bob").send(404);
        service.get(NAMESPACES + "?marker=theirs").as("bob").send(404);
        assertThat(listed("bob", "")).isEmpty();
        assertThat(listed("alice", "")).containsExactly("theirs");
        assertThat(listed("alice", "?visibility=public")).isEmpty();
        assertThat(listed("alice", "?visibility=private")).containsExactly("theirs");
    }

    /** A caller without any role may neither see nor list, and is told of nothing. */
    @Test
    void whoHasNoRoleSeesNothing() {
        create(FULL).send(201);
        service.get(NAMESPACES + "/full").as("noone").send(404);
        service.get(NAMESPACES).as("noone").send(404);
        service.get("/v2/metadefs/resource_types").as("noone").send(404);
    }

    @Test
    void listsWithWhatTheyAreAssociatedWith() {
        create("{'namespace': 'plain', 'visibility': 'public'}").send(201);
        create(FULL).send(201);
        JsonNode list = get(NAMESPACES);
        assertThat(fields(list)).containsExactly("namespaces", "schema", "first");
        assertThat(list.path("schema").asText()).isEqualTo("/v2/schemas/metadefs/namespaces");
        assertThat(list.path("first").asText()).isEqualTo(NAMESPACES);
        assertThat(fields(list.at("/namespaces/0")))
                .containsExactly(
                        "namespace",
                        "display_name",
                        "description",
                        "visibility",
                        "protected",
                        "owner",
                        "created_at",
                        "updated_at",
                        "resource_type_associations",
                        "self",
                        "schema");
        assertThat(fields(list.at("/namespaces/1"))).doesNotContain("resource_type_associations");
        assertThat(listed("alice", "?resource_types=OS::Nova::Flavor,none"))
                .containsExactly("full");
        assertThat(listed("alice", "?resource_types=none")).isEmpty();
        assertThat(listed("alice", "?resource_types=")).isEmpty();
    }

    @Test
    void listsPageByPage() {
        for (String name : List.of("c", "a b", "OS::x")) {
            create("{'namespace': '" + name + "', 'visibility': 'public'}").send(201);
        }
        assertThat(listed("alice", "")).containsExactly("OS::x", "a b", "c");
        JsonNode first = get(NAMESPACES + "?limit=2&sort_key=namespace&sort_dir=asc&marker=OS::x");
        assertThat(first.path("next").asText())
                .isEqualTo(NAMESPACES + "?limit=2&sort_key=namespace&sort_dir=asc&marker=c");
        assertThat(first.path("first").asText())
                .isEqualTo(NAMESPACES + "?limit=2&sort_key=namespace&sort_dir=asc");
        JsonNode newest = get(NAMESPACES + "?limit=2");
        assertThat(newest.path("next").asText()).isEqualTo(NAMESPACES + "?limit=2&marker=a+b");
        JsonNode rest = get(newest.path("next").asText());
        assertThat(rest.at("/namespaces/0/namespace").asText()).isEqualTo("c");
        assertThat(rest.path("namespaces")).hasSize(1);
        assertThat(rest.has("next")).isFalse();
        assertThat(get(NAMESPACES + "?limit=0").path("namespaces")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "visibility=shared, 400",
        "limit=-1, 400",
        "limit=x, 400",
        "limit=, 400",
        "sort_dir=up, 400",
        "sort_key=nonsense, 400",
        "marker=nowhere, 404",
        "marker=%00, 400",
        "resource_types=%00, 400",
        "foo=bar, 200"
    })
    void parametersAreChecked(String query, int status) {
        service.get(NAMESPACES + "?" + query).as("admin").send(status);
    }

    @Test
    void putReplacesAllThatIsSaid() {
        create(FULL).send(201);
        JsonNode after =
                put("full", "{'namespace': 'new', 'tags': [{'name': 'ignored'}]}").send(200).json();
        assertThat(fields(after))
                .containsExactly(
                        "namespace",
                        "visibility",
                        "protected",
                        "owner",
                        "created_at",
                        "updated_at",
                        "self",
                        "schema");
        assertThat(after.path("visibility").asText()).isEqualTo("private");
        assertThat(after.path("owner").asText()).isEqualTo("admin");
        assertThat(after.path("self").asText()).isEqualTo(NAMESPACES + "/new");
        service.get(NAMESPACES + "/full").as("admin").send(404);
        assertThat(get(NAMESPACES + "/new").path("tags")).hasSize(2);
        assertThat(get(NAMESPACES + "/new").at("/objects/0/self").asText())
                .isEqualTo(NAMESPACES + "/new/objects/ape");

        create("{'namespace': 'other'}").send(201);
        put("new", "{'namespace': 'other'}").send(409);
        put("new", "{'display_name': 'x'}").send(400);
        put("nowhere", "{'namespace': 'nowhere'}").send(404);
        service.call("PUT", NAMESPACES + "/new").as("admin").send(400);
    }

    @Test
    void whatIsProtectedStays() {
        create(FULL.replace("'protected': false", "'protected': true")).send(201);
        for (String path :
                List.of(
                        "",
                        "/objects",
                        "/properties",
                        "/tags",
                        "/objects/ape",
                        "/properties/cpus",
                        "/tags/a",
                        "/resource_types/OS::Nova::Flavor")) {
            TestService.Answer answer =
                    service.delete(NAMESPACES + "/full" + path).as("admin").send(403);
            assertThat(answer.text()).contains("is protected and cannot be deleted");
        }
        put("full", "{'namespace': 'full'}").send(200);
        service.delete(NAMESPACES + "/full").as("admin").send(204);
        service.get(NAMESPACES + "/full").as("admin").send(404);
        service.delete(NAMESPACES + "/full").as("admin").send(404);
    }

    @Test
    void emptiesANamespace() {
        create(FULL).send(201);
        for (String kind : List.of("objects", "properties", "tags")) {
            TestService.Answer answer =
                    service.delete(NAMESPACES + "/full/" + kind).as("admin").send(204);
            assertThat(answer.bytes()).isEmpty();
            assertThat(get(NAMESPACES + "/full").has(kind)).isFalse();
            service.delete(NAMESPACES + "/nowhere/" + kind).as("admin").send(404);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /metadefs/namespaces                          | GET, POST
                    /metadefs/namespaces/n                        | GET, PUT, DELETE
                    /metadefs/namespaces/n/properties             | GET, POST, DELETE
                    /metadefs/namespaces/n/properties/p           | GET, PUT, DELETE
                    /metadefs/namespaces/n/objects                | GET, POST, DELETE
                    /metadefs/namespaces/n/objects/o              | GET, PUT, DELETE
                    /metadefs/namespaces/n/tags                   | GET, POST, DELETE
                    /metadefs/namespaces/n/tags/t                 | GET, POST, PUT, DELETE
                    /metadefs/namespaces/n/resource_types         | GET, POST
                    /metadefs/namespaces/n/resource_types/r       | DELETE
                    /metadefs/resource_types                      | GET
                    /schemas/metadefs/namespace                   | GET
                    """)
    void otherMethodsAreNotAllowed(String path, String allowed) {
        TestService.Answer answer =
                service.call("PATCH", "/v2" + path).json("{}").as("admin").send(405);
        assertThat(answer.header("Allow")).isEqualTo(allowed);
    }

    @Test
    void publishesSchemas() {
        for (String name :
                List.of(
                        "namespace",
                        "namespaces",
                        "object",
                        "objects",
                        "property",
                        "properties",
                        "resource_type",
                        "resource_types",
                        "tag",
                        "tags")) {
            JsonNode schema =
                    service.get("/v2/schemas/metadefs/" + name).as("rita").send(200).json();
            assertThat(schema.path("name").asText())
                    .isEqualTo(name.replace("resource_type", "resource_type_association"));
            assertThat(schema.path("properties").isObject()).isTrue();
        }
    }

    private static TestService.Call create(String json) {
        return service.post(NAMESPACES, json).as("admin");
    }

    private static TestService.Call put(String name, String json) {
        return service.call("PUT", NAMESPACES + "/" + name).json(json).as("admin");
    }

    private static JsonNode get(String path) {
        return service.get(path).as("admin").send(200).json();
    }

    private static List<String> listed(String user, String query) {
        JsonNode list = service.get(NAMESPACES + query).as(user).send(200).json();
        return StreamSupport.stream(list.path("namespaces").spliterator(), false)
                .map(namespace -> namespace.path("namespace").asText())
                .toList();
    }

    private static List<String> fields(JsonNode json) {
        return json.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
