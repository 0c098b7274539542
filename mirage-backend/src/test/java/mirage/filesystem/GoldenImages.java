package mirage.filesystem;

import com.github.luben.zstd.ZstdInputStream;

import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** The images of a folder of {@code golden}, see {@code make.sh} there. */
public final class GoldenImages {
    private static final String SUFFIX = ".img.zst";

    private final Path directory;

    /**
     * @param format name of the folder
     */
    public GoldenImages(String format) {
        this.directory = Path.of("src/test/resources/golden", format);
    }

    /** Names, sorted. */
    public List<String> names() throws IOException {
        return namesIn(directory);
    }

    public List<String> damagedNames() throws IOException {
        return namesIn(directory.resolve("damaged"));
    }

    public byte[] image(String name) throws IOException {
        return unpacked(directory.resolve(name + SUFFIX));
    }

    public byte[] damagedImage(String name) throws IOException {
        return unpacked(directory.resolve("damaged").resolve(name + SUFFIX));
    }

    /** A line of facts about the file system, then a line for each path. */
    public List<String> expected(String name) throws IOException {
        return Files.readAllLines(directory.resolve(name + ".expected"));
    }

    /** The file system of an image. */
    public FileSystem open(String name) throws IOException {
        return Objects.requireNonNull(
                FileSystems.open(ByteSources.of(image(name)), new Warnings()), "no file system");
    }

    /** Of an image without damage, as they were shown elsewhere. */
    public List<String> paths(String name) {
        try {
            List<String> lines = expected(name);
            return lines.subList(1, lines.size()).stream().map(GoldenImages::path).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String path(String line) {
        String escaped = line.substring(0, line.indexOf('\t'));
        // What decodes forms would take a plus sign for a space.
        return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
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
