package mirage.glance.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

final class AccessRuleTest {
    @ParameterizedTest
    @CsvSource({
        "/v2/images, /v2/images, true",
        "/v2/images, /v2/images/, false",
        "/v2/images, /v2/image, false",
        "/v2/images, /v2/imagesx, false",
        "/v2/images/*, /v2/images/1, true",
        "/v2/images/*, /v2/images/, false",
        "/v2/images/*, /v2/images/1/file, false",
        "/v2/images/{id}/file, /v2/images/1/file, true",
        "/v2/images/{id}/file, /v2/images//file, false",
        "/v2/images/{id}/file, /v2/images/1/tags, false",
        "/v2/**, /v2/images/1/file, true",
        "/v2/**, /v2/, true",
        "/v2/**, /v2, false",
        "**, /, true",
        "**/file, /v2/images/1/file, true",
        "**/file, /v2/images/1/file/x, false",
        "/a{b, /a{b, true",
        "/v2/imag*s, /v2/images, true",
    })
    void aPathIsAPattern(String pattern, String path, boolean permitted) {
        assertThat(new AccessRule("image", "GET", pattern).permits("image", "GET", path))
                .isEqualTo(permitted);
    }

    @Test
    void serviceAndMethodAreNamed() {
        AccessRule rule = new AccessRule("image", "GET", "**");
        assertThat(rule.permits("compute", "GET", "/v2/images")).isFalse();
        assertThat(rule.permits("image", "DELETE", "/v2/images")).isFalse();
    }

    @Test
    void noRulesPermitNothingAndNoneMadeEverything() {
        assertThat(new Token("t", null, List.of()).permits("GET", "/v2/images")).isFalse();
        assertThat(new Token("t", null).permits("GET", "/v2/images")).isTrue();
        Token compute = new Token("t", null, List.of(new AccessRule("compute", "GET", "**")));
        assertThat(compute.permits("GET", "/v2/images")).isFalse();
    }

    @Test
    @Timeout(10)
    void aPatternCannotBeMadeToTakeForEver() {
        AccessRule rule = new AccessRule("image", "GET", "/" + "**a".repeat(60) + "b");
        assertThat(rule.permits("image", "GET", "/" + "a".repeat(8000))).isFalse();
    }
}
