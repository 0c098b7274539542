package mirage.filesystem.btrfs;

import mirage.filesystem.FileSystemFuzz;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Mutated images of every kind that there is a golden one of. */
final class BtrfsFuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("btrfs");

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        List<String> names = new ArrayList<>(GOLDENS.names());
        // The largest ones, for their names or their size; their structures are in the others.
        names.removeAll(List.of("directories", "duplicated", "nodes-64k", "one-of-two"));
        FileSystemFuzz.run(GOLDENS, names, 1500);
    }
}
