package mirage.filesystem.ext4;

import com.github.luben.zstd.ZstdInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The images of {@code golden/ext4}, see {@code make.sh} there. */
final class Goldens {
    private static final Path DIRECTORY = Path.of("src/test/resources/golden/ext4");
    private static final String SUFFIX = ".img.zst";

    private Goldens() {}

    /** Names, sorted. */
    static List<String> names() throws IOException {
        return namesIn(DIRECTORY);
    }

    static List<String> damagedNames() throws IOException {
        return namesIn(DIRECTORY.resolve("damaged"));
    }

    static byte[] image(String name) throws IOException {
        return unpacked(DIRECTORY.resolve(name + SUFFIX));
    }

    static byte[] damagedImage(String name) throws IOException {
        return unpacked(DIRECTORY.resolve("damaged").resolve(name + SUFFIX));
    }

    /** A line of facts about the file system, then a line for each path. */
    static List<String> expected(String name) throws IOException {
        return Files.readAllLines(DIRECTORY.resolve(name + ".expected"));
    }

    private static List<String> namesIn(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                names.add(name.substring(0, name.length() - SUFFIX.length()));
            }
        }
        Collections.sort(names);
        return names;
    }

    private static byte[] unpacked(Path file) throws IOException {
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }
}
