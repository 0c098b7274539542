package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class PolicyFileTest {
    @TempDir private Path directory;

    @Test
    void everyFormOfARuleIsRead() throws IOException {
        List<FileRule> rules =
                read(
                        """
                        # comment
                        "delete_image": "role:admin"
                        modify_image: role:member and project_id:%(project_id)s

                        add_image: ""
                        copy_image: '!'
                        get_tasks: [["role:admin"], ["role:member", "role:x"], "role:y"]
                        long: >-
                          role:a or
                          role:b
                        """);

        assertThat(rules)
                .extracting(FileRule::name, FileRule::text, rule -> line(rule.place()))
                .containsExactly(
                        tuple("delete_image", "role:admin", "2"),
                        tuple("modify_image", "role:member and project_id:%(project_id)s", "3"),
                        tuple("add_image", "", "5"),
                        tuple("copy_image", "!", "6"),
                        tuple("get_tasks", "[[role:admin], [role:member, role:x], [role:y]]", "7"),
                        tuple("long", "role:a or role:b", "8"));
        assertThat(rules.get(2).check()).isEqualTo(Check.PERMIT);
        assertThat(rules.get(3).check()).isEqualTo(Check.DENY);
    }

    @Test
    void jsonIsYamlToo() throws IOException {
        assertThat(read("{\n\t\"a\": \"role:x\",\n  \"b\": []\n}\n"))
                .extracting(FileRule::name)
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# all as it is\n", "---\n", "{}", "null"})
    void aFileWithoutRulesChangesNothing(String text) throws IOException {
        assertThat(read(text)).isEmpty();
    }

    @Test
    void whatIsWrongIsNamedWithFileLineAndRule() throws IOException {
        assertWrong("a: \"role:x\"\nb: \"role:x or\"\n", ":2: b: a check expected, found the end");
        assertWrong(
                "a:\n", ":1: a: a check in quotation marks expected, found nothing; \"\" permits");
        assertWrong("a: !\n", ":1: a: a check in quotation marks expected, found nothing");
        assertWrong("a: ~\n", ":1: a: a check in quotation marks expected, found nothing");
        assertWrong("a: true\n", ":1: a: a check in quotation marks expected, found true");
        assertWrong("a: !!python/object:os.system x\n", ":1: not YAML: Global tag");
        assertWrong(
                "a: {role: x}\n", ":1: a: a check in quotation marks, or a list of them, expected");
        assertWrong(
                "a: [[[\"role:x\"]]]\n", ":1: a: a check in quotation marks, or a list of them");
        assertWrong("a: ''\nb: ''\na: '!'\n", ":3: a is already at ");
        assertWrong("a: @\n", ":1: not YAML: ");
        assertWrong("- a\n", ":1: lines of RULE: \"CHECK\" expected");
        assertWrong("a: ''\n---\nb: ''\n", ": one YAML document expected, found another");
        assertWrong("[x]: ''\n", ":1: the name of a rule expected");
        assertWrong("a: 'http://x'\n", ":1: a: http://x: checks that ask another server are not");
    }

    @Test
    void hostileFilesAreRefused() throws IOException {
        assertWrong("x".repeat((1 << 20) + 1), ": at most 1048576 bytes expected");
        assertWrong("[".repeat(100_000), ": not YAML: ");
        assertWrong("a: " + "[".repeat(100_000), ": not YAML: ");
        assertWrong("a: &a [*a]\n", ": a");
        assertWrong(
                "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\n", ":1: a: KIND:MATCH");
        Path binary = directory.resolve("binary");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> PolicyFile.read(binary))
                .isInstanceOf(PolicyFileException.class)
                .hasMessage(binary + ": UTF-8 expected");
    }

    @Test
    void directoriesComeAfterTheFileInTheOrderOfNames() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.yaml"), "a: 'role:file'\n");
        Path more = Files.createDirectory(directory.resolve("policy.d"));
        Files.writeString(more.resolve("20.yaml"), "b: 'role:twenty'\n");
        Files.writeString(more.resolve("10.yaml"), "a: 'role:ten'\nb: 'role:ten'\n");
        Files.writeString(more.resolve(".hidden.yaml"), "not: [yaml\n");
        Files.createDirectory(more.resolve("30.yaml"));

        List<FileRule> rules =
                new PolicyFiles(file, List.of(more, directory.resolve("missing"))).read();

        assertThat(rules)
                .extracting(FileRule::text)
                .containsExactly("role:file", "role:ten", "role:ten", "role:twenty");
        assertThatThrownBy(() -> new PolicyFiles(null, List.of(file)).read())
                .isInstanceOf(PolicyFileException.class)
                .hasMessage(file + ": a directory expected");
        assertThat(new PolicyFiles(directory.resolve("missing"), List.of()).read()).isEmpty();
    }

    private List<FileRule> read(String text) throws IOException {
        return PolicyFile.read(write(text));
    }

    private void assertWrong(String text, String message) throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> PolicyFile.read(file))
                .as(text.length() > 100 ? text.substring(0, 100) : text)
                .isInstanceOf(PolicyFileException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("policy.yaml"), text, StandardCharsets.UTF_8);
    }

    private static String line(String place) {
        return place.substring(place.lastIndexOf(':') + 1);
    }
}
