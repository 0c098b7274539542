package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.notification.Notifications;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is told of metadata definitions: names and payloads are those of Glance's notifier. */
final class MetadefEventsTest {
    private static final String NAMESPACES = "/v2/metadefs/namespaces";
    private static final String NS = NAMESPACES + "/ns";
    private static final String TIMES = "'created_at':'T','updated_at':'T',";
    private static final String THERE = "'deleted':false,'deleted_at':null}";
    private static final String GONE = "'deleted':true,'deleted_at':'T'}";
    private static final String NO_LIMITS =
            "'minimum':null,'maximum':null,'enum':null,'pattern':null,'minLength':null,"
                    + "'maxLength':null,'confidential':null,'items':null,'uniqueItems':null,"
                    + "'minItems':null,'maxItems':null,'additionalItems':null";

    private record Event(String type, JsonNode payload) {}

    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private TestService service;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        TestService.forgetDefinitions();
        TestService.Parts parts = new TestService.Parts();
        parts.notifications =
                (priority, type, payload) -> {
                    assertThat(priority).isEqualTo(Notifications.Priority.INFO);
                    events.add(new Event(type, payload));
                };
        service = new TestService(directory, parts);
        admin("POST", NAMESPACES, "{'namespace': 'ns', 'visibility': 'public'}", 201);
        events.clear();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private void admin(String method, String path, String json, int status) {
        TestService.Call call = service.call(method, path).as("admin");
        (json.isEmpty() ? call : call.json(json)).send(status);
    }

    private List<String> types() {
        return events.stream().map(Event::type).toList();
    }

    /** What the only event says since the last time, with T for times. */
    private String told(String type) {
        assertThat(types()).containsExactly(type);
        String payload = events.getFirst().payload().toString().replace('"', '\'');
        events.clear();
        return payload.replaceAll("'2026-03-04T05:0\\d:\\d\\dZ'", "'T'");
    }

    private static String namespace(String name, String old) {
        return "{'namespace':'"
                + name
                + "','namespace_old':'"
                + old
                + "','display_name':null,'protected':false,'visibility':'public','owner':'admin',"
                + "'description':null,"
                + TIMES;
    }

    private static String named(String name, String old) {
        return "{'namespace':'ns','name':'" + name + "','name_old':'" + old + "',";
    }

    @Test
    void aNamespaceLives() {
        admin("PUT", NS, "{'namespace': 'other', 'visibility': 'public'}", 200);
        assertThat(told("metadef_namespace.update")).isEqualTo(namespace("other", "ns") + THERE);
        String other = NAMESPACES + "/other";
        admin("DELETE", other + "/objects", "", 204);
        assertThat(told("metadef_namespace.delete_objects"))
                .isEqualTo(namespace("other", "other") + THERE);
        admin("DELETE", other + "/properties", "", 204);
        assertThat(told("metadef_namespace.delete_properties"))
                .isEqualTo(namespace("other", "other") + THERE);
        admin("DELETE", other + "/tags", "", 204);
        assertThat(told("metadef_namespace.delete_tags"))
                .isEqualTo(namespace("other", "other") + THERE);
        admin("DELETE", other, "", 204);
        assertThat(told("metadef_namespace.delete")).isEqualTo(namespace("other", "other") + GONE);
    }

    @Test
    void whatComesInANewNamespaceIsToldToo() {
        admin(
                "POST",
                NAMESPACES,
                "{'namespace': 'full', 'display_name': 'D', 'description': 'd', 'protected': true,"
                        + " 'owner': 'o', 'resource_type_associations': [{'name': 'OS::X'}],"
                        + " 'objects': [{'name': 'obj'}], 'tags': [{'name': 't1'}, {'name': 't2'}],"
                        + " 'properties': {'p': {'title': 'P', 'type': 'string'}}}",
                201);
        assertThat(types())
                .containsExactly(
                        "metadef_namespace.create",
                        "metadef_resource_type.create",
                        "metadef_object.create",
                        "metadef_tag.create",
                        "metadef_tag.create",
                        "metadef_property.create");
        assertThat(events)
                .allMatch(event -> event.payload().path("namespace").asText().equals("full"));
        events.subList(1, events.size()).clear();
        assertThat(told("metadef_namespace.create"))
                .isEqualTo(
                        "{'namespace':'full','namespace_old':'full','display_name':'D',"
                                + "'protected':true,'visibility':'private','owner':'o',"
                                + "'description':'d',"
                                + TIMES
                                + THERE);
    }

    @Test
    void anObjectLives() {
        String properties =
                "'properties': {'a': {'title': 'A', 'type': 'integer', 'minimum': 0, 'maximum': 9},"
                        + " 'b': {'title': 'B', 'type': 'boolean', 'enum': ['x']}}";
        String told =
                "'properties':[{'name':'a','type':'integer','title':'A','description':null,"
                        + "'default':null,"
                        + NO_LIMITS.replace("'maximum':null", "'maximum':9")
                        + "},{'name':'b','type':'boolean','title':'B','description':null,"
                        + "'default':null,"
                        + NO_LIMITS.replace("'enum':null", "'enum':['x']")
                        + "}],'required':['a'],'description':'d',"
                        + TIMES;
        String body = "{'name': 'NAME', 'description': 'd', 'required': ['a'], " + properties + "}";

        admin("POST", NS + "/objects", body.replace("NAME", "o"), 201);
        assertThat(told("metadef_object.create")).isEqualTo(named("o", "o") + told + THERE);
        admin("PUT", NS + "/objects/o", body.replace("NAME", "p"), 200);
        assertThat(told("metadef_object.update")).isEqualTo(named("p", "o") + told + THERE);
        admin("DELETE", NS + "/objects/p", "", 204);
        assertThat(told("metadef_object.delete")).isEqualTo(named("p", "p") + told + GONE);
    }

    @Test
    void aPropertyLives() {
        String told =
                "'type':'integer','title':'P','description':null,'default':null,"
                        + NO_LIMITS.replace("'minimum':null", "'minimum':0")
                        + ",";
        String body = "{'name': 'NAME', 'title': 'P', 'type': 'integer', 'minimum': 0}";

        admin("POST", NS + "/properties", body.replace("NAME", "p"), 201);
        assertThat(told("metadef_property.create")).isEqualTo(named("p", "p") + told + THERE);
        admin("PUT", NS + "/properties/p", body.replace("NAME", "q"), 200);
        assertThat(told("metadef_property.update")).isEqualTo(named("q", "p") + told + THERE);
        admin("DELETE", NS + "/properties/q", "", 204);
        assertThat(told("metadef_property.delete")).isEqualTo(named("q", "q") + told + GONE);
    }

    @Test
    void anAssociationLives() {
        String told = named("OS::X", "OS::X") + "'prefix':'x_','properties_target':null," + TIMES;

        admin("POST", NS + "/resource_types", "{'name': 'OS::X', 'prefix': 'x_'}", 201);
        assertThat(told("metadef_resource_type.create")).isEqualTo(told + THERE);
        admin("DELETE", NS + "/resource_types/OS::X", "", 204);
        assertThat(told("metadef_resource_type.delete")).isEqualTo(told + GONE);
    }

    @Test
    void aTagLives() {
        admin("POST", NS + "/tags/t", "", 201);
        assertThat(told("metadef_tag.create")).isEqualTo(named("t", "t") + TIMES + THERE);
        admin("PUT", NS + "/tags/t", "{'name': 'u'}", 200);
        assertThat(told("metadef_tag.update")).isEqualTo(named("u", "t") + TIMES + THERE);
        admin("DELETE", NS + "/tags/u", "", 204);
        assertThat(told("metadef_tag.delete")).isEqualTo(named("u", "u") + TIMES + GONE);
        admin("POST", NS + "/tags", "{'tags': [{'name': 'v'}, {'name': 'w'}]}", 201);
        assertThat(types()).containsExactly("metadef_tag.create", "metadef_tag.create");
    }

    @Test
    void whatIsRefusedOrOnlyLookedAtIsNotTold() {
        admin("GET", NS, "", 200);
        admin("GET", NAMESPACES, "", 200);
        admin("POST", NAMESPACES, "{'namespace': 'ns'}", 409);
        admin("DELETE", NS + "/objects/none", "", 404);
        admin("DELETE", NS + "/properties/none", "", 404);
        admin("DELETE", NS + "/tags/none", "", 404);
        admin("DELETE", NS + "/resource_types/none", "", 404);
        admin("PUT", NS + "/tags/none", "{'name': 'u'}", 404);
        service.delete(NS).send(403);
        assertThat(types()).isEmpty();
    }
}
