package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class DefinitionFileTest {
    @TempDir Path directory;

    @Test
    void readsWhatGlanceWrites() throws IOException {
        Path file = directory.resolve("ns.json");
        Files.writeString(
                file,
                """
                {"namespace": "My::Ns", "display_name": null, "description": "d", "visibility": null,
                 "protected": true,
                 "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": null,
                                                 "properties_target": null}],
                 "properties": {"p": {"type": "integer", "title": "P", "default": null}},
                 "objects": [{"name": "o", "description": null, "properties": {}}],
                 "tags": [{"name": "t"}]}
                """);
        NamespaceDocument read = DefinitionFile.read(file);
        assertThat(read.attributes())
                .isEqualTo(new NamespaceAttributes("My::Ns", null, "d", false, true, "admin"));
        assertThat(read.contents().associations())
                .containsExactly(new ResourceTypeAssociation("OS::Nova::Flavor", null, null));
        assertThat(read.contents().properties().getFirst().definition())
                .hasToString("{\"type\":\"integer\",\"title\":\"P\",\"default\":null}");

        Path copy = directory.resolve("copy.json");
        DefinitionFile.write(copy, read);
        assertThat(DefinitionFile.read(copy)).isEqualTo(read);
    }

    @Test
    void whatIsNoNamespaceIsRefused() throws IOException {
        for (String wrong : new String[] {"", "{", "[]", "null", "{} {}", "{\"namespace\": 1}"}) {
            Path file = Files.writeString(directory.resolve("wrong.json"), wrong);
            assertThatThrownBy(() -> DefinitionFile.read(file))
                    .describedAs(wrong)
                    .isInstanceOf(DefinitionRefusedException.class);
        }
        Path great = directory.resolve("great.json");
        Files.writeString(great, " ".repeat((4 << 20) + 1));
        assertThatThrownBy(() -> DefinitionFile.read(great)).hasMessageContaining("4 MiB");
        assertThatThrownBy(() -> DefinitionFile.read(directory.resolve("none")))
                .isInstanceOf(IOException.class);
    }
}
