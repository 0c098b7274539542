package mirage.command;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where a benchmark works; removed with all that is in it. */
public record BenchFolder(Path path) implements AutoCloseable {
    /** A new one, below a folder, which is made if need be, or, when that is null, the system's temporary folder. */
    public static BenchFolder in(@Nullable Path parent) throws IOException {
        Path folder = parent == null ? Path.of(System.getProperty("java.io.tmpdir")) : parent;
        Files.createDirectories(folder);
        return new BenchFolder(Files.createTempDirectory(folder, "mirage-bench"));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
