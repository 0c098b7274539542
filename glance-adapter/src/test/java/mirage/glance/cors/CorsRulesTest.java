package mirage.glance.cors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.config.ConfigSchema;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Rules as files have them. */
final class CorsRulesTest {
    private static final ConfigSchema SCHEMA =
            ConfigSchema.of(CorsOptions.GROUPS, List.of(), List.of(CorsOptions.MORE));

    @TempDir private Path directory;

    private Configuration read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("m.conf"), text);
        return new ConfigurationReader(SCHEMA, Map.of()).file(file).read();
    }

    private static OriginRules rulesOf(CorsRules rules, String origin) {
        return Objects.requireNonNull(rules.of(origin)).rules();
    }

    @Test
    void nobodyIsAllowedAnythingByDefault() {
        assertThat(CorsRules.from(Configuration.defaults(SCHEMA))).isEqualTo(CorsRules.OFF);
        assertThat(CorsRules.OFF.of("https://a.example")).isNull();
    }

    @Test
    void moreSectionsHaveTheirOwnSettingsAndElseThoseOfTheFirst() throws IOException {
        CorsRules rules =
                CorsRules.from(
                        read(
                                """
                                [cors.wiki]
                                allowed_origin = https://wiki.example, https://docs.example
                                allow_credentials = false
                                expose_headers =
                                allow_methods = GET
                                [cors]
                                allowed_origin = https://horizon.example
                                max_age = 60
                                allow_headers = X-Auth-Token
                                """));

        assertThat(rules.byOrigin())
                .containsOnlyKeys(
                        "https://horizon.example", "https://wiki.example", "https://docs.example");
        OriginRules wiki = rulesOf(rules, "https://wiki.example");
        assertThat(wiki.allowsCredentials()).isFalse();
        assertThat(wiki.exposedHeaders()).isEmpty();
        assertThat(wiki.methods()).containsExactly("GET");
        assertThat(wiki.maxAgeSeconds()).isEqualTo(60);
        assertThat(wiki.headers()).containsExactly("X-Auth-Token");
        assertThat(rulesOf(rules, "https://docs.example")).isEqualTo(wiki);
        OriginRules horizon = rulesOf(rules, "https://horizon.example");
        assertThat(horizon.allowsCredentials()).isTrue();
        assertThat(horizon.methods()).contains("PUT");
        assertThat(horizon.exposedHeaders()).contains("X-OpenStack-Request-ID");
    }

    @Test
    void theFirstSectionThatNamesAnOriginCounts() throws IOException {
        CorsRules rules =
                CorsRules.from(
                        read(
                                """
                                [cors.b]
                                allowed_origin = https://one.example, https://two.example
                                max_age = 2
                                [cors.a]
                                allowed_origin = https://one.example, https://horizon.example
                                max_age = 1
                                [cors]
                                allowed_origin = https://horizon.example
                                max_age = 0
                                """));

        assertThat(rulesOf(rules, "https://horizon.example").maxAgeSeconds()).isZero();
        assertThat(rulesOf(rules, "https://one.example").maxAgeSeconds()).isEqualTo(1);
        assertThat(rulesOf(rules, "https://two.example").maxAgeSeconds()).isEqualTo(2);
    }

    @Test
    void whatIsWrongInOneIsNamed() {
        assertThatThrownBy(() ->
                        read("[cors.wiki]\nallowed_origin = wiki.example\nallow_origin = x\n"))
                .hasMessageContaining("m.conf:2: [cors.wiki] allowed_origin: a list, each PROTOCOL")
                .hasMessageContaining("m.conf:3: [cors.wiki] has no option allow_origin");
    }
}
