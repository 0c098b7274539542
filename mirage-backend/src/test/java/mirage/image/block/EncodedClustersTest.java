package mirage.image.block;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.image.DiskImage.EncodedCluster;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

final class EncodedClustersTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 16, 17, 1000})
    void anyOrderIsSortedByPlaceInTheContainer(int count) {
        List<EncodedCluster> clusters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clusters.add(new EncodedCluster(1000 + 100L * i, 90, 4096L * (count - i), 4096));
        }
        List<EncodedCluster> shuffled = new ArrayList<>(clusters);
        Collections.shuffle(shuffled, new Random(count));
        EncodedClusters.Builder builder = new EncodedClusters.Builder(4096);
        shuffled.forEach(c -> builder.add(c.containerOffset(), c.storedLength(), c.diskOffset()));
        assertThat(builder.build()).isEqualTo(clusters);
    }

    @Test
    void aClusterEndsWhereTheNextBegins() {
        EncodedClusters.Builder builder = new EncodedClusters.Builder(4096);
        builder.add(2000, 512, 4096);
        builder.add(1500, 1012, 0);
        assertThat(builder.build())
                .containsExactly(
                        new EncodedCluster(1500, 500, 0, 4096),
                        new EncodedCluster(2000, 512, 4096, 4096));
    }

    @Test
    void ofSeveralAtTheSamePlaceTheFirstOfTheDiskIsListed() {
        EncodedClusters.Builder builder = new EncodedClusters.Builder(4096);
        builder.add(3000, 100, 12288);
        builder.add(1000, 100, 8192);
        builder.add(1000, 100, 0);
        builder.add(1000, 100, 4096);
        assertThat(builder.build())
                .containsExactly(
                        new EncodedCluster(1000, 100, 0, 4096),
                        new EncodedCluster(3000, 100, 12288, 4096));
    }
}
