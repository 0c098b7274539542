package mirage.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The images that {@code images/make-images.sh} makes, once for all runs on a machine. */
final class TestImages {
    static final Path RECIPES = Path.of("images").toAbsolutePath();

    private final Path folder;

    private TestImages(Path folder) {
        this.folder = folder;
    }

    /** Makes them when they are not there or their recipe changed; fails when that is impossible. */
    static TestImages get() throws IOException, InterruptedException {
        String cache = Optional.ofNullable(System.getenv("TMPDIR")).orElse("/var/tmp");
        String folder =
                Optional.ofNullable(System.getenv("MIRAGE_TEST_IMAGES"))
                        .orElse(cache + "/mirage-test-images");
        ProcessBuilder recipe = new ProcessBuilder(RECIPES.resolve("make-images.sh").toString());
        recipe.environment().put("MIRAGE_TEST_IMAGES", folder);
        Commands.run(recipe).orFail();
        return new TestImages(Path.of(folder));
    }

    Path image(String name) {
        return folder.resolve(name);
    }

    /** Every image, and every awkward file. */
    List<Path> all() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /** Compresses a file by the command of that name. */
    static Path gzip(Path image, Path compressed) throws IOException, InterruptedException {
        Commands.Finished gzip =
                Commands.run("gzip", "--fast", "--stdout", image.toString()).orFail();
        return Files.write(compressed, gzip.output());
    }

    /** What a tenant would give as {@code disk_format}. */
    static String diskFormat(Path image) {
        return image.toString().endsWith(".qcow2") ? "qcow2" : "raw";
    }
}
