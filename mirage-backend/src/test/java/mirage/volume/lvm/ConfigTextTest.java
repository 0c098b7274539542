package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;
import mirage.volume.lvm.ConfigValue.Items;
import mirage.volume.lvm.ConfigValue.Number;
import mirage.volume.lvm.ConfigValue.Section;
import mirage.volume.lvm.ConfigValue.Text;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

final class ConfigTextTest {
    @Test
    void valuesOfAllKindsAreRead() throws FormatException {
        String text =
                """
                # a comment with { and "
                number = 42\t# behind a value
                negative=-1
                float = 0.5
                text = "a \\"quoted\\" \\\\ # text"
                empty = []
                list = ["a", 1,
                        "b"]
                section {
                    inner{x=1}
                }
                """;
        assertThat(ConfigText.parse(text).values())
                .isEqualTo(
                        Map.of(
                                "number",
                                new Number(42),
                                "negative",
                                new Number(-1),
                                "float",
                                new Text("0.5"),
                                "text",
                                new Text("a \"quoted\" \\ # text"),
                                "empty",
                                new Items(List.of()),
                                "list",
                                new Items(List.of(new Text("a"), new Number(1), new Text("b"))),
                                "section",
                                new Section(
                                        Map.of("inner", new Section(Map.of("x", new Number(1)))))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a = ",
                "a = \"open",
                "a = \"open\\",
                "a { ",
                "}",
                "a {} }",
                "a = [1",
                "a = [1 2]",
                "a = [,]",
                "= 1",
                "a = [[1]]",
                "a = {",
                "a b",
                "a = 1 ]"
            })
    void whatIsBrokenIsRefused(String text) {
        assertThatThrownBy(() -> ConfigText.parse(text)).isInstanceOf(FormatException.class);
    }

    @Test
    void depthAndNumberAreBounded() throws FormatException {
        assertThatThrownBy(() -> ConfigText.parse("a {".repeat(1_000_000)))
                .hasMessageContaining("more than 16 sections in sections");
        assertThatThrownBy(() -> ConfigText.parse("a = [" + "1,".repeat(1_000_000) + "1]"))
                .hasMessageContaining("more than 400000 values");
        assertThat(ConfigText.parse("a = " + "1".repeat(1_000_000)).values()).hasSize(1);
    }
}
