package mirage.filesystem.squashfs;

import mirage.filesystem.GoldenImages;
import mirage.filesystem.WalkPromises;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whatever is written over an image, it is refused or shows a tree that keeps every promise of the interfaces. */
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
        WalkPromises.fuzz(GOLDENS, names, 2000);
    }
}
