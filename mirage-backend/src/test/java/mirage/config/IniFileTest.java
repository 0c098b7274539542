package mirage.config;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.config.IniFile.Assignment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

final class IniFileTest {
    private static final Path FILE = Path.of("m.conf");

    @TempDir Path directory;
    private final List<String> problems = new ArrayList<>();

    private List<String> parse(String text) {
        return IniFile.parse(text, FILE, problems).stream()
                .map(assignment ->
                        "[%s] %s=%s @%s"
                                .formatted(
                                        assignment.section(),
                                        assignment.name(),
                                        assignment.value().replace("\n", "|"),
                                        assignment.place()))
                .toList();
    }

    @Test
    void theRulesOfOslo() {
        assertThat(
                        parse(
                                """
                                # comment
                                ; another
                                [DEFAULT]
                                equals = a = b : c
                                colon: x=y
                                bare=
                                  spaced   =   two words   \t
                                [store]
                                double = " kept "
                                single = '#no comment'
                                half = "open
                                hash = a#b ; c
                                list = one,
                                \ttwo,
                                    three

                                url = http://h:1/p?q=1
                                [DEFAULT]
                                url = again
                                url = and again
                                """
                                        .replace("  spaced", "spaced")))
                .containsExactly(
                        "[DEFAULT] equals=a = b : c @m.conf:4",
                        "[DEFAULT] colon=x=y @m.conf:5",
                        "[DEFAULT] bare= @m.conf:6",
                        "[DEFAULT] spaced=two words @m.conf:7",
                        "[store] double= kept  @m.conf:9",
                        "[store] single=#no comment @m.conf:10",
                        "[store] half=\"open @m.conf:11",
                        "[store] hash=a#b ; c @m.conf:12",
                        "[store] list=one,|two,|three @m.conf:13",
                        "[store] url=http://h:1/p?q=1 @m.conf:17",
                        "[DEFAULT] url=again @m.conf:19",
                        "[DEFAULT] url=and again @m.conf:20");
        assertThat(problems).isEmpty();
    }

    @Test
    void linesMayEndAsOnWindowsAndTheLastOneNotAtAll() {
        assertThat(parse("[a]\r\nb = c\r\n  d\r\ne = f"))
                .containsExactly("[a] b=c|d @m.conf:2", "[a] e=f @m.conf:4");
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a = b                | m.conf:1: a section, such as [DEFAULT], expected before a",
                "[a\\nb = c           | m.conf:1: [SECTION] expected, found [a",
                "[]                   | m.conf:1: [SECTION] expected, found []",
                "[a]\\nnonsense       | m.conf:2: OPTION = VALUE expected",
                "[a]\\n= b            | m.conf:2: OPTION = VALUE expected",
                "[a]\\n\\n  b          | m.conf:3: an option that this indented line goes on with",
                "[a]\\nb = c\\n\\n  d   | m.conf:4: an option that this indented line goes on with",
                "[a]\\nb = c\\n  # d    | m.conf:3: an indented comment would be part of b",
                "[a]\\nb = c\\0        | m.conf:2: text expected, found a control character",
                "[a]\\nb = \\e[2J       | m.conf:2: text expected, found a control character"
            })
    void whatIsWrongIsNamedWithItsLine(String text, String problem) {
        parse(text.replace("\\n", "\n").replace("\\0", "\0").replace("\\e", "\u001b"));
        assertThat(problems).first().asString().startsWith(problem);
    }

    @Test
    void allProblemsAreFoundAtOnce() {
        parse("x\n[a]\ny\nb = c\nz\n");
        assertThat(problems)
                .containsExactly(
                        "m.conf:1: OPTION = VALUE expected",
                        "m.conf:3: OPTION = VALUE expected",
                        "m.conf:5: OPTION = VALUE expected");
    }

    @Test
    void filesThatAreNoneAreNamed() throws IOException {
        Path latin1 = directory.resolve("latin1.conf");
        Files.write(latin1, "[a]\nb = é\n".getBytes(StandardCharsets.ISO_8859_1));
        Path large = directory.resolve("large.conf");
        Files.write(large, new byte[IniFile.MAX_BYTES + 1]);
        Path missing = directory.resolve("missing.conf");
        for (Path file : List.of(latin1, large, missing, directory)) {
            assertThat(IniFile.read(file, problems)).isEmpty();
        }
        assertThat(problems)
                .satisfiesExactly(
                        problem -> assertThat(problem).isEqualTo(latin1 + ": UTF-8 expected"),
                        problem -> assertThat(problem).contains("at most 1048576 bytes expected"),
                        problem -> assertThat(problem).isEqualTo(missing + ": no such file"),
                        problem -> assertThat(problem).startsWith(directory + ": cannot be read"));
    }

    @Test
    void anyTextIsReadOrRefused() {
        Random random = new Random(7);
        String alphabet = "[]=:# ;\"'\n\r\t\\$ab\u0000\u2028é";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("[s]\n");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            List<Assignment> read = IniFile.parse(text.toString(), FILE, problems);
            assertThat(read).allSatisfy(one -> assertThat(one.name()).isNotBlank());
        }
    }
}
