package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Test;

import java.util.Map;

final class MetadefSchemasTest {
    private final Map<String, ObjectNode> schemas = MetadefSchemas.published();

    @Test
    void namesAreGlances() {
        assertThat(schemas.keySet())
                .containsExactly(
                        "namespace",
                        "namespaces",
                        "object",
                        "objects",
                        "property",
                        "properties",
                        "resource_type",
                        "resource_types",
                        "tag",
                        "tags");
        assertThat(schema("resource_type").path("name").asText())
                .isEqualTo("resource_type_association");
        assertThat(schema("resource_types").path("name").asText())
                .isEqualTo("resource_type_associations");
        schemas.forEach((path, schema) -> {
            if (!path.startsWith("resource_type")) {
                assertThat(schema.path("name").asText()).isEqualTo(path);
            }
        });
    }

    @Test
    void oneIsClosedAndSaysWhatItMustHave() {
        for (String one :
                new String[] {"namespace", "object", "property", "resource_type", "tag"}) {
            assertThat(schema(one).path("additionalProperties").asBoolean(true))
                    .describedAs(one)
                    .isFalse();
        }
        assertThat(schema("property").path("required"))
                .hasToString("[\"type\",\"title\",\"name\"]");
        assertThat(schema("properties").at("/properties/properties/additionalProperties/required"))
                .hasToString("[\"type\",\"title\"]");
        assertThat(schema("namespace").path("required")).hasToString("[\"namespace\"]");
    }

    @Test
    void referencesOfAListAreFoundInTheList() {
        for (String many : new String[] {"namespaces", "objects", "properties"}) {
            ObjectNode schema = schema(many);
            assertThat(schema.path("definitions").has("stringArray")).describedAs(many).isTrue();
            assertThat(schema.toString().split("\"definitions\"")).describedAs(many).hasSize(2);
            assertThat(schema.path("links")).hasSize(3);
        }
        assertThat(schema("tags").has("definitions")).isFalse();
    }

    private ObjectNode schema(String name) {
        return requireNonNull(schemas.get(name), name);
    }
}
