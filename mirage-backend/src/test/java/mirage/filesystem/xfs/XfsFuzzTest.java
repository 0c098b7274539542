package mirage.filesystem.xfs;

import mirage.filesystem.FileSystemFuzz;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Mutated images of every kind that there is a golden one of. */
final class XfsFuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("xfs");

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        List<String> names = new ArrayList<>(GOLDENS.names());
        // the largest one, for its many names; its structures are in the others
        names.remove("directories");
        FileSystemFuzz.run(GOLDENS, names, 2000);
    }
}
