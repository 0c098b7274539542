package mirage.filesystem.squashfs;

import mirage.filesystem.FileSystemFuzz;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Mutated images of every kind that there is a golden one of. */
final class SquashfsFuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("squashfs");

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        List<String> names = new ArrayList<>(GOLDENS.names());
        // Most mutations of compressed metadata end at its decoder: the plain ones count more than
        // once.
        for (int i = 0; i < 15; i++) {
            names.add("plain");
        }
        FileSystemFuzz.run(GOLDENS, names, 2000);
    }
}
