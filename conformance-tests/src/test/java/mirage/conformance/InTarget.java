package mirage.conformance;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Temporary folders below the build's folder: libraries of images are too big for a /tmp in memory. */
final class InTarget implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
            throws IOException {
        Path parent = Files.createDirectories(Path.of("target/libraries").toAbsolutePath());
        return Files.createTempDirectory(parent, context.getRequiredTestClass().getSimpleName());
    }
}
