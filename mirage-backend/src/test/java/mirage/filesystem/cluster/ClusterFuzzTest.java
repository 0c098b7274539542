package mirage.filesystem.cluster;

import mirage.filesystem.FileSystemFuzz;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/** Mutated FAT and exFAT volumes. */
final class ClusterFuzzTest {
    private static final long INPUTS = 2000;

    @Test
    void mutatedFatIsRefusedOrShown() throws IOException {
        FileSystemFuzz.run(
                new GoldenImages("fat"), List.of("fat12-most", "fat12", "codepage"), INPUTS);
    }

    @Test
    void mutatedExfatIsRefusedOrShown() throws IOException {
        FileSystemFuzz.run(new GoldenImages("exfat"), new GoldenImages("exfat").names(), INPUTS);
    }
}
