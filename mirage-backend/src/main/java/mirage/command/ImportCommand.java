package mirage.command;

import mirage.catalog.ImageId;
import mirage.library.MirageLibrary;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Stores a file as an image. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description =
                "Store a file as an image. A server that is started later shows it to the administrator.",
        footer = {
            "",
            "Example:",
            "  mirage import --data /var/lib/mirage --name debian-12 debian-12.qcow2"
        })
final class ImportCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the image (default: the file's).")
    private @Nullable String name;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Id of the image (default: a new UUID).")
    private @Nullable String id;

    @Option(
            names = "--disk-format",
            paramLabel = "FORMAT",
            description =
                    "What the image is meant to be: it is stored as it is, with a warning when it is not that.")
    private @Nullable String diskFormat;

    @Parameters(paramLabel = "FILE", description = "The image, of any format.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        String label = name == null ? String.valueOf(file.getFileName()) : name;
        String imageId = id == null ? UUID.randomUUID().toString() : id;
        if (!ImageId.isValid(imageId)) {
            throw new IOException(
                    "an image id of letters, digits, dots and dashes expected, found " + imageId);
        }
        try (InputStream bytes = Files.newInputStream(file);
                MirageLibrary library = data.openOrCreate();
                Progress progress = Progress.of("import", Files.size(file))) {
            StoredImage image =
                    library.store(
                            new ImageId(imageId), label, new CountingStream(bytes, progress::add));
            report(image);
        }
        return 0;
    }

    private void report(StoredImage image) {
        String format = image.format();
        if (diskFormat != null && !diskFormat.equals(format)) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "warning: "
                                    + diskFormat
                                    + " expected, found "
                                    + (format == null ? "no format that is known" : format)
                                    + "; stored as it is");
        }
        image.warnings()
                .forEach(warning ->
                        spec.commandLine().getErr().println("warning: " + Printable.of(warning)));
        spec.commandLine().getOut().println(image.id() + "  " + Printable.of(image.name()));
        spec.commandLine().getOut().flush();
    }
}
