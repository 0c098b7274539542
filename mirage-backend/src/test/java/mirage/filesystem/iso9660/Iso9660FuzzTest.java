package mirage.filesystem.iso9660;

import mirage.filesystem.GoldenImages;
import mirage.filesystem.WalkPromises;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Whatever is written over an image, it is refused or shows a tree that keeps every promise of the interfaces. */
final class Iso9660FuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("iso9660");

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        WalkPromises.fuzz(GOLDENS, GOLDENS.names(), 2000);
    }
}
