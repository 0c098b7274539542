package mirage.filesystem.iso9660;

import mirage.filesystem.FileSystemFuzz;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Mutated images of every kind that there is a golden one of. */
final class Iso9660FuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("iso9660");

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        FileSystemFuzz.run(GOLDENS, GOLDENS.names(), 2000);
    }
}
