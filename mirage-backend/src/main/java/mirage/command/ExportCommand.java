package mirage.command;

import mirage.bytes.ByteSource;
import mirage.catalog.ImageId;
import mirage.library.ImageContent;
import mirage.library.MirageLibrary;
import mirage.library.View;
import mirage.manifest.ImageManifest;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes an image to a file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Write an image to a file, sparse where it is zeros. The file appears when it is complete.",
        footer = {
            "",
            "Examples:",
            "  mirage export --data /var/lib/mirage debian-12 debian-12.qcow2",
            "  mirage export --data /var/lib/mirage --view disk debian-12 debian-12.raw",
            "  mirage export --data /var/lib/mirage --disk data.vmdk appliance data.raw"
        })
final class ExportCommand implements Subcommand {
    /** Holes shorter than this are written: a hole costs a call. */
    private static final long LEAST_HOLE_BYTES = 64 << 10;

    @Mixin private DataDirectory data;

    @Option(
            names = "--view",
            paramLabel = "VIEW",
            defaultValue = "container",
            description =
                    "container: the bytes that were uploaded; disk: what a guest sees (default: container).")
    private View view;

    @Option(
            names = "--disk",
            paramLabel = "NAME",
            description =
                    "One disk of an image that has several, by its name in 'mirage info'; implies --view disk.")
    private @Nullable String disk;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "Name or id.")
    private String image;

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "Where to write; replaced if it exists.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (MirageLibrary library = data.open();
                ImageContent content = open(library, DataDirectory.find(library, image));
                Progress progress = Progress.of("export", content.length())) {
            write(content, part, progress);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return 0;
    }

    private ImageContent open(MirageLibrary library, ImageId id) throws IOException {
        if (disk == null) {
            return library.open(id, view);
        }
        ImageManifest manifest = library.manifest(id);
        if (manifest == null) {
            throw new IOException("the image is not taken apart yet: its disks are not known");
        }
        return library.openDisk(manifest, disk);
    }

    static void write(ImageContent content, Path target, Progress progress) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(target.toFile(), "rw")) {
            out.setLength(0);
            out.setLength(content.length());
            FileChannel channel = out.getChannel();
            for (long at = 0; at < content.length(); ) {
                ByteSource.Run run = content.runAt(at);
                if (!run.hole() || run.length() < LEAST_HOLE_BYTES) {
                    channel.position(at);
                    content.transferTo(at, run.length(), channel);
                }
                at += run.length();
                progress.add(run.length());
            }
        }
    }
}
