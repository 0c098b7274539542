package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.volume.GoldenVolumes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Volume groups made by LVM's tools and read by Linux: golden/lvm/make.sh. */
final class LvmGoldenTest {
    private static final GoldenVolumes GOLDEN = new GoldenVolumes("lvm");

    static List<String> whole() {
        return GOLDEN.names().stream()
                .filter(name -> !name.equals("kinds") && !name.equals("missing-disk"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("whole")
    void volumesAndFilesAreThoseOfTheKernel(String name) throws IOException {
        assertThat(GOLDEN.compare(name)).isEmpty();
        assertThat(GOLDEN.fileSystems(name)).isPositive();
    }

    @Test
    void otherKindsAreNamedAndNotRead() throws IOException {
        assertThat(GOLDEN.compare("kinds"))
                .containsExactlyInAnyOrder(
                        "logical volume kinds/pool is not put together: thin-pool is not read",
                        "logical volume kinds/thin is not put together: thin is not read",
                        "logical volume kinds/kept is not put together: snapshot is not read",
                        "logical volume kinds/raid0 is not put together: raid0 is not read",
                        "logical volume kinds/raid5 is not put together: raid5 is not read",
                        "logical volume kinds/raid10 is not put together: raid10 is not read");
    }

    @Test
    void whatLiesOnADiskThatIsNotHereIsNamedAndNotRead() throws IOException {
        List<String> warnings = GOLDEN.compare("missing-disk");
        assertThat(warnings).hasSize(2);
        assertThat(warnings)
                .anySatisfy(w -> assertThat(w).contains("torn/there").contains("is missing"))
                .anySatisfy(w -> assertThat(w).contains("torn/both").contains("is missing"));
    }
}
