package mirage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Map;

final class OptionTypeTest {
    private static void refuses(OptionType<?> type, String... texts) {
        for (String text : texts) {
            assertThatThrownBy(() -> type.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "4096, 4096", "64 KiB, 65536", "1TiB, 1099511627776", "5 MB, 5000000"})
    void bytes(String text, long value) {
        assertThat(OptionType.bytes(0, Long.MAX_VALUE).parse(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "30, PT30S", "500ms, PT0.5S", "5 m, PT5M", "12h, PT12H", "7d, PT168H"})
    void durations(String text, Duration value) {
        assertThat(OptionType.duration(Duration.ZERO, Duration.ofDays(99)).parse(text))
                .isEqualTo(value);
    }

    @Test
    void quantitiesThatAreNone() {
        refuses(
                OptionType.bytes(1, Long.MAX_VALUE),
                "",
                "0",
                "-1",
                "1k",
                "1.5 GiB",
                "10 GIB",
                "9999999999 GiB",
                "99999999999999999999",
                "١");
        refuses(
                OptionType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                "",
                "0",
                "500ms",
                "2h",
                "1w",
                "-1s",
                "9223372036854775807d");
    }

    @Test
    void flags() {
        for (String text : new String[] {"true", "Yes", "ON", "1"}) {
            assertThat(OptionType.flag().parse(text)).isTrue();
        }
        for (String text : new String[] {"False", "no", "off", "0"}) {
            assertThat(OptionType.flag().parse(text)).isFalse();
        }
        refuses(OptionType.flag(), "", "maybe", "2");
    }

    @Test
    void lists() {
        OptionType<java.util.List<Integer>> list = OptionType.list(OptionType.integer(0, 99));
        assertThat(list.parse("[1, 2,\n3,]")).containsExactly(1, 2, 3);
        assertThat(list.parse("4")).containsExactly(4);
        assertThat(list.parse("")).isEmpty();
        assertThat(list.parse("[]")).isEmpty();
        refuses(list, "1, x", "[1", "1 2");
    }

    @Test
    void maps() {
        OptionType<Map<String, Integer>> map = OptionType.map(OptionType.integer(0, 99));
        assertThat(map.parse("{b: 1, a:2}")).hasToString("{b=1, a=2}");
        assertThat(map.parse("")).isEmpty();
        refuses(map, "a", "a:1, a:2", ":1", "a:x");
    }

    @Test
    void urls() {
        OptionType<java.net.URI> uri = OptionType.httpUri();
        assertThat(uri.parse("https://cloud/image/")).hasToString("https://cloud/image");
        assertThat(uri.parse("http://[::1]:80")).hasToString("http://[::1]:80");
        refuses(
                uri,
                "",
                "cloud",
                "ftp://cloud",
                "http:",
                "://",
                "http://a b",
                "http://a?b",
                "http://a#b");
    }

    @Test
    void paths() {
        assertThat(OptionType.path().parse("/a/b")).hasToString("/a/b");
        refuses(OptionType.path(), "", "a\0b");
    }
}
