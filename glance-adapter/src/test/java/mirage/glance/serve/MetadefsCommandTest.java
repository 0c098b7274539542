package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.PropertyDefinition;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

final class MetadefsCommandTest {
    private static final String PLAIN =
            """
            {"namespace": "My::Plain", "display_name": "Plain", "visibility": "public", "protected": true,
             "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw:"}],
             "properties": {"cpus": {"title": "CPUs", "type": "integer", "default": 1}},
             "objects": [{"name": "o", "required": ["a"],
                          "properties": {"a": {"title": "A", "type": "string"}}}],
             "tags": [{"name": "z"}, {"name": "a"}]}
            """;

    @TempDir Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void loadsExportsUnloadsAndLoadsAgain() throws IOException {
        Path files = Files.createDirectory(directory.resolve("files"));
        Files.writeString(files.resolve("plain.json"), PLAIN);
        Files.writeString(files.resolve("other.json"), "{\"namespace\": \"my plain\"}");
        Files.writeString(files.resolve("readme.txt"), "no definition");
        assertThat(run("load", files)).isZero();
        assertThat(out).hasToString("2 loaded, 0 there already, 0 wrong\n");
        List<Namespace> loaded = namespaces();

        Path saved = directory.resolve("saved");
        assertThat(run("export", saved)).isZero();
        try (Stream<Path> names = Files.list(saved)) {
            assertThat(names.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("my-plain.json", "my-plain-2.json");
        }
        assertThat(run("unload", null)).isZero();
        assertThat(namespaces()).isEmpty();
        assertThat(run("load", saved)).isZero();
        assertThat(namespaces())
                .extracting(Namespace::attributes)
                .containsExactlyInAnyOrderElementsOf(
                        loaded.stream().map(Namespace::attributes).toList());
    }

    @Test
    void whatIsThereStaysUnlessSaidOtherwise() throws IOException {
        Path file = Files.writeString(directory.resolve("plain.json"), PLAIN);
        assertThat(run("load", file)).isZero();
        Files.writeString(file, PLAIN.replace("\"Plain\"", "\"New\"").replace("cpus", "cores"));

        assertThat(run("load", file)).isZero();
        assertThat(out).hasToString("0 loaded, 1 there already, 0 wrong\n");
        assertThat(properties()).containsExactly("cpus");

        assertThat(run("load", file, "--merge")).isZero();
        assertThat(properties()).containsExactly("cores", "cpus");
        assertThat(namespaces().getFirst().attributes().displayName()).isEqualTo("Plain");

        assertThat(run("load", file, "--merge", "--prefer-new")).isZero();
        assertThat(namespaces().getFirst().attributes().displayName()).isEqualTo("New");
        assertThat(properties()).containsExactly("cores", "cpus");

        assertThat(run("load", file, "--replace")).isZero();
        assertThat(properties()).containsExactly("cores");

        assertThat(run("load", file, "--replace", "--prefer-new")).isEqualTo(2);
        assertThat(err).asString().contains("exclude each other");
    }

    @Test
    void aFileThatIsWrongIsToldOfAndTheOthersAreLoaded() throws IOException {
        Path files = Files.createDirectory(directory.resolve("files"));
        Files.writeString(files.resolve("a.json"), "{\"namespace\": 5}");
        Files.writeString(files.resolve("b.json"), PLAIN);
        Files.writeString(files.resolve("c.json"), "not json");
        assertThat(run("load", files)).isEqualTo(1);
        assertThat(out).hasToString("1 loaded, 0 there already, 2 wrong\n");
        assertThat(err)
                .asString()
                .contains("a.json: Provided object does not match schema 'namespace'")
                .contains("c.json: it is not JSON");
        assertThat(namespaces()).hasSize(1);
    }

    @Test
    void whatCannotBeReadIsToldOf() throws IOException {
        assertThat(run("load", directory.resolve("nowhere"))).isEqualTo(1);
        assertThat(err).asString().contains("nowhere is no file and no directory");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThat(run("load", empty)).isEqualTo(1);
        assertThat(err).asString().contains("holds no files *.json");
    }

    private int run(String command, @Nullable Path path, String... options) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line =
                new CommandLine(new MetadefsCommand())
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .setExecutionExceptionHandler((failure, at, parsed) -> {
                            at.getErr().println(failure.getMessage());
                            return 1;
                        });
        Stream<String> arguments =
                Stream.concat(
                        Stream.of(command),
                        path == null ? Stream.empty() : Stream.of(path.toString()));
        Stream<String> data = Stream.of("--data", directory.resolve("data").toString());
        return line.execute(
                Stream.concat(Stream.concat(arguments, data), Stream.of(options))
                        .toArray(String[]::new));
    }

    private List<Namespace> namespaces() throws IOException {
        return on(metadefs -> metadefs.namespaces().list(MetadefsCommand.Export.ALL));
    }

    private List<String> properties() throws IOException {
        return on(metadefs ->
                metadefs
                        .properties()
                        .list(
                                metadefs.namespaces()
                                        .list(MetadefsCommand.Export.ALL)
                                        .getFirst()
                                        .id())
                        .stream()
                        .map(PropertyDefinition::name)
                        .toList());
    }

    private <T> T on(Function<Metadefs, T> question) throws IOException {
        try (Database database =
                Database.open(
                        DatabaseAddress.embedded(directory.resolve("data").resolve("records")))) {
            return question.apply(Metadefs.in(database));
        }
    }
}
