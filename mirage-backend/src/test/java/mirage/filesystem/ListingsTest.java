package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

final class ListingsTest {
    /** The comparison itself can fail: in each field, and in the number of paths. */
    @Test
    void comparisonSeesEveryField() throws IOException {
        List<String> expected = new GoldenImages("ext4").expected("ext4");
        List<String> paths = expected.subList(1, expected.size());
        String[] fields = paths.get(5).split("\t", -1);
        for (int i = 0; i < fields.length; i++) {
            String[] changed = fields.clone();
            changed[i] += "x";
            List<String> other = new ArrayList<>(paths);
            other.set(5, String.join("\t", changed));
            assertThat(Listings.differences(paths, other)).as("field %s", i).hasSize(1);
        }
        assertThat(Listings.differences(paths, paths.subList(0, 20))).hasSize(1);
    }
}
