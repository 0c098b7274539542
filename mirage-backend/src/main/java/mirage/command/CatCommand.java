package mirage.command;

import mirage.bytes.ByteSource;
import mirage.catalog.ImageId;
import mirage.library.ImageContent;
import mirage.library.ImageFiles;
import mirage.library.MirageLibrary;
import mirage.manifest.FileEntry;
import mirage.manifest.ImageManifest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes a file inside an image to standard output. */
@Command(
        name = "cat",
        mixinStandardHelpOptions = true,
        description =
                "Write a file inside an image to standard output; nothing is mounted. Links are followed.",
        footer = {"", "Example:", "  mirage cat --data /var/lib/mirage debian-12 /etc/os-release"})
final class CatCommand implements Subcommand {
    private static final int BUFFER_BYTES = 64 << 10;

    @Mixin private DataDirectory data;

    @Mixin private ChosenVolume volume;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "Name or id.")
    private String image;

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            description = "Path in the image, looked up in each file system.")
    private String path;

    @Override
    public Integer call() throws IOException {
        try (MirageLibrary library = data.open()) {
            ImageId id = DataDirectory.find(library, image);
            ImageManifest manifest = library.manifest(id);
            if (manifest == null) {
                throw new IOException("image " + image + " is being taken apart, try again later");
            }
            for (ImageFiles files : library.files(volume.of(manifest))) {
                FileEntry entry = files.find(path);
                if (entry != null) {
                    try (ImageContent disk = library.openDisks(manifest)) {
                        copy(files.open(entry, disk), System.out);
                    }
                    return 0;
                }
            }
        }
        throw new FileNotFoundException("image " + image + " has no " + path);
    }

    private static void copy(ByteSource source, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < source.length(); at += buffer.limit()) {
            source.readAt(at, buffer.clear());
            out.write(buffer.array(), 0, buffer.flip().limit());
        }
        out.flush();
    }
}
