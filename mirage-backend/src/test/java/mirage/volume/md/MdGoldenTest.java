package mirage.volume.md;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.volume.GoldenVolumes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Arrays made by mdadm and read by Linux: golden/md/make.sh. */
final class MdGoldenTest {
    private static final GoldenVolumes GOLDEN = new GoldenVolumes("md");

    static List<String> whole() {
        return GOLDEN.names().stream()
                .filter(name -> !name.equals("others") && !name.equals("raid1-stale"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("whole")
    void volumesAndFilesAreThoseOfTheKernel(String name) throws IOException {
        assertThat(GOLDEN.compare(name)).isEmpty();
        assertThat(GOLDEN.fileSystems(name)).isPositive();
    }

    @Test
    void otherLevelsAreNamedAndNotRead() throws IOException {
        assertThat(GOLDEN.compare("others"))
                .containsExactlyInAnyOrder(
                        "md array md/five is not put together: raid5 is not read",
                        "md array md/ten is not put together: raid10 is not read");
    }

    @Test
    void theMemberThatWentOnIsRead() throws IOException {
        assertThat(GOLDEN.compare("raid1-stale"))
                .containsExactly("md array md/stale: some of its members are not up to date");
    }
}
