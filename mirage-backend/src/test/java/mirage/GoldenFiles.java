package mirage;

import com.github.luben.zstd.ZstdInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Files below {@code src/test/resources/golden}; tests run in the module's directory. */
public final class GoldenFiles {
    private static final Path ROOT = Path.of("src/test/resources/golden");
    private static final String GZIP = ".gz";
    private static final String ZSTD = ".zst";

    private GoldenFiles() {}

    /** Names of the packed files of a directory that end in {@code suffix}, that and {@code .gz} or {@code .zst} left off. */
    public static List<String> names(String directory, String suffix) {
        try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix + GZIP) || name.endsWith(suffix + ZSTD))
                    .map(name -> name.substring(0, name.lastIndexOf('.') - suffix.length()))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static byte[] unpacked(String name) throws IOException {
        boolean gzip = exists(name + GZIP);
        try (InputStream file = Files.newInputStream(ROOT.resolve(name + (gzip ? GZIP : ZSTD)));
                InputStream in = gzip ? new GZIPInputStream(file) : new ZstdInputStream(file)) {
            return in.readAllBytes();
        }
    }

    public static boolean exists(String name) {
        return Files.exists(ROOT.resolve(name));
    }

    public static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(ROOT.resolve(name));
    }
}
