package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/** Where paths lead, as path_resolution(7) has it. */
final class SymbolicLinksTest {
    private final SymbolicLinks links = new SymbolicLinks(1 << 20);

    private SymbolicLinksTest link(String path, String target) {
        links.add(RawName.of(path), RawName.of(target));
        return this;
    }

    private @Nullable String resolve(String path) {
        return below("", path);
    }

    private @Nullable String below(String root, String path) {
        RawName resolved = links.resolve(RawName.of(root), RawName.of(path));
        return resolved == null ? null : resolved.toString();
    }

    @Test
    void aPathWithoutLinksLeadsWhereItSays() {
        assertThat(links.isEmpty()).isTrue();
        assertThat(resolve("etc/passwd")).isEqualTo("etc/passwd");
        assertThat(resolve("//etc/./x/../passwd/")).isEqualTo("etc/passwd");
        assertThat(resolve("")).isEmpty();
    }

    @Test
    void targetsAreRelativeToTheirLinkOrFromTheRoot() {
        link("etc/os-release", "../usr/lib/os-release").link("bin", "usr/bin");
        link("usr/bin/sh", "/bin/dash").link("var/run", "/run").link("etc/self", ".");
        assertThat(resolve("etc/os-release")).isEqualTo("usr/lib/os-release");
        assertThat(resolve("bin/sh")).isEqualTo("usr/bin/dash");
        assertThat(resolve("var/run/x")).isEqualTo("run/x");
        assertThat(resolve("etc/self/self/passwd")).isEqualTo("etc/passwd");
        // The parent of what a link leads to is not that of the link.
        assertThat(resolve("bin/../lib")).isEqualTo("usr/lib");
    }

    @Test
    void noPathLeadsOutOfTheRoot() {
        link("up", "../../../etc").link("@/up", "../../../etc").link("@/abs", "/etc/x");
        assertThat(resolve("up/passwd")).isEqualTo("etc/passwd");
        assertThat(resolve("../..")).isEmpty();
        assertThat(below("@", "up/passwd")).isEqualTo("@/etc/passwd");
        assertThat(below("@", "abs")).isEqualTo("@/etc/x");
        assertThat(below("@", "..")).isEqualTo("@");
    }

    @Test
    void namesAreBytes() {
        byte[] name = {'d', (byte) 0xff};
        links.add(RawName.of(name), RawName.of("t"));
        assertThat(links.resolve(RawName.EMPTY, RawName.of(name))).isEqualTo(RawName.of("t"));
        assertThat(resolve(new String(name, StandardCharsets.UTF_8))).isNotEqualTo("t");
    }

    @Test
    void fortyLinksAreFollowedAndNoMore() {
        for (int i = 0; i < 41; i++) {
            link("l" + i, "l" + (i + 1));
        }
        assertThat(resolve("l1")).isEqualTo("l41");
        assertThat(resolve("l0")).isNull();
    }

    @Test
    void loopsLeadNowhere() {
        link("a", "b").link("b", "a").link("self", "self").link("grows", "grows/x");
        assertThat(resolve("a")).isNull();
        assertThat(resolve("self/x")).isNull();
        assertThat(resolve("grows")).isNull();
    }

    @Test
    void waysAreBounded() {
        SymbolicLinks few = new SymbolicLinks(10);
        assertThat(few.resolve(RawName.EMPTY, RawName.of("1/2/3/4/5/6"))).isNotNull();
        assertThat(few.resolve(RawName.EMPTY, RawName.of("1/2/3/4/5/6"))).isNull();
        assertThat(resolve("x/".repeat(2100))).as("longer than PATH_MAX").isNull();
    }
}
