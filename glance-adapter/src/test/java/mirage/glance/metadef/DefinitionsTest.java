package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DefinitionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LONG = "n".repeat(81);

    @Test
    void aPropertyIsKeptInGlancesForm() {
        PropertyDefinition property =
                Definitions.property(
                        json(
                                "{'maxItems': 3.0, 'title': 'T', 'minimum': 1.5, 'name': 'p',"
                                        + " 'items': {'enum': ['x', null], 'type': 'string'},"
                                        + " 'default': 4, 'type': 'array', 'maximum': -1.5,"
                                        + " 'operators': ['<or>', '<or>'], 'minLength': 0,"
                                        + " 'readonly': false}"));
        assertThat(property.name()).isEqualTo("p");
        assertThat(property.definition())
                .hasToString(
                        "{'name':'p','type':'array','title':'T','operators':['<or>','<or>'],'default':'4','readonly':false,'minimum':1,'maximum':-1,'minLength':0,'items':{'type':'string','enum':['x',null]},'maxItems':3}"
                                .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    true     | "True"
                    false    | "False"
                    7        | "7"
                    2.0      | "2.0"
                    0.25     | "0.25"
                    "text"   | "text"
                    null     | null
                    [1]      | null
                    {"a": 1} | null
                    """)
    void aDefaultIsATextOrNull(String given, String kept) {
        assertThat(
                        Definitions.property(
                                        json(
                                                "{'name': 'p', 'type': 'string', 'title': 't', 'default': "
                                                        + given
                                                        + "}"))
                                .definition()
                                .get("default"))
                .hasToString(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'name': ''",
                "'name': 5",
                "'name': 'a\\u0000b'",
                "'type': 'float'",
                "'type': null",
                "'title': 5",
                "'title': 'a\\u0000b'",
                "'x': 1",
                "'confidential': true",
                "'required': ['a']",
                "'required': []",
                "'minimum': '1'",
                "'minimum': 1e999",
                "'default': 1e999",
                "'minLength': -1",
                "'maxLength': 1.5",
                "'maxItems': -1",
                "'operators': [1]",
                "'enum': [1]",
                "'enum': 'a'",
                "'items': {}",
                "'items': []",
                "'items': {'type': 'float'}",
                "'items': {'type': 'string', 'x': 1}",
                "'items': {'type': 'string', 'enum': [1]}",
                "'readonly': 'true'",
                "'uniqueItems': 1",
                "'description': null"
            })
    void aPropertyThatIsWrongIsRefused(String wrong) {
        JsonNode body = json("{'name': 'p', 'type': 'string', 'title': 't', " + wrong + "}");
        assertThatThrownBy(() -> Definitions.property(body))
                .isInstanceOf(DefinitionRefusedException.class)
                .hasMessageStartingWith("Provided object does not match schema 'property': ");
    }

    @Test
    void aRefusalSaysWhatAndWhere() {
        assertThatThrownBy(() ->
                        Definitions.namespace(
                                json(
                                        "{'namespace': 'n', 'objects': [{'name': 'o', 'properties': {'p': {'title': 't', 'type': 'float'}}}]}"),
                                "o"))
                .hasMessage(
                        "Provided object does not match schema 'namespace': 'float' is not one of"
                                + " ['array', 'boolean', 'integer', 'number', 'object', 'string',"
                                + " null]; on instance['objects'][0]['properties']['p']['type']");
        assertThatThrownBy(() -> Definitions.tagNamed(LONG))
                .hasMessage(
                        "Provided object does not match schema 'tag': '"
                                + LONG
                                + "' is too long; on instance['name']");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'visibility': 'shared'",
                "'protected': 'yes'",
                "'extra': 1",
                "'display_name': null",
                "'tags': [{}]",
                "'tags': ['x']",
                "'tags': [{'name': 't', 'x': 1}]",
                "'tags': [{'name': ''}]",
                "'objects': [{}]",
                "'objects': [{'name': 'o', 'x': 1}]",
                "'objects': [{'name': 'o', 'required': ['a', 'a']}]",
                "'objects': [{'name': 'o', 'properties': {'p': {'title': 't'}}}]",
                "'properties': []",
                "'properties': {'p': {'title': 't', 'type': 'string', 'x': 1}}",
                "'properties': {'': {'title': 't', 'type': 'string'}}",
                "'properties': {'p': {'title': 't', 'type': 'string', 'confidential': 'x'}}",
                "'resource_type_associations': [{}]",
                "'resource_type_associations': [{'name': 'r', 'x': 1}]"
            })
    void aNamespaceThatIsWrongIsRefused(String wrong) {
        JsonNode body = json("{'namespace': 'n', " + wrong + "}");
        assertThatThrownBy(() -> Definitions.namespace(body, "o"))
                .isInstanceOf(DefinitionRefusedException.class)
                .hasMessageStartingWith("Provided object does not match schema 'namespace': ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tags': [{'name': '%s'}]",
                "'objects': [{'name': '%s'}]",
                "'properties': {'%s': {'title': 't', 'type': 'string'}}",
                "'resource_type_associations': [{'name': '%s'}]",
                "'resource_type_associations': [{'name': 'r', 'prefix': '%s'}]",
                "'resource_type_associations': [{'name': 'r', 'properties_target': '%s'}]"
            })
    void aLongNameInANamespaceIsRefused(String part) {
        JsonNode body = json("{'namespace': 'n', " + part.replace("%s", LONG) + "}");
        assertThatThrownBy(() -> Definitions.namespace(body, "o"))
                .isInstanceOf(DefinitionRefusedException.class)
                .hasMessageEndingWith("is too long");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tags': [{'name': 'a'}, {'name': 'a'}]",
                "'objects': [{'name': 'a'}, {'name': 'a'}]",
                "'resource_type_associations': [{'name': 'a'}, {'name': 'a'}]"
            })
    void aNameTwiceIsADuplicate(String twice) {
        JsonNode body = json("{'namespace': 'n', " + twice + "}");
        assertThatThrownBy(() -> Definitions.namespace(body, "o"))
                .isInstanceOf(DefinitionExistsException.class)
                .hasMessageContaining("name=a");
    }

    @Test
    void whatAnswersShowMayComeBackInNestedParts() {
        NamespaceDocument document =
                Definitions.namespace(
                        json(
                                "{'namespace': 'n', 'owner': '', 'tags': [{'name': 't', 'created_at': 'x'}],"
                                        + " 'objects': [{'name': 'o', 'self': 's', 'schema': 's',"
                                        + " 'updated_at': 'x'}]}"),
                        "web");
        assertThat(document.attributes())
                .isEqualTo(new NamespaceAttributes("n", null, null, false, false, "web"));
        assertThat(document.contents().tags()).containsExactly("t");
        assertThat(document.contents().objects())
                .extracting(ObjectDefinition::name)
                .containsExactly("o");
    }

    @Test
    void whoIsInNoProjectNamesAnOwner() {
        assertThatThrownBy(() -> Definitions.namespace(json("{'namespace': 'n'}"), null))
                .isInstanceOf(DefinitionRefusedException.class)
                .hasMessageContaining("owner");
    }

    @Test
    void lengthsAreThoseOfCharacters() {
        String name = "🙂".repeat(80);
        assertThat(Definitions.tagNamed(name)).isEqualTo(name);
    }

    @Test
    void anArrayIsNoDefinition() {
        assertThatThrownBy(() -> Definitions.object(json("[]")))
                .hasMessage(
                        "Provided object does not match schema 'object': [] is not of type 'object'");
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
