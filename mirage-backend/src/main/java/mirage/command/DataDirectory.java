package mirage.command;

import mirage.catalog.ImageId;
import mirage.library.DirectoryInUseException;
import mirage.library.LibrarySettings;
import mirage.library.MirageLibrary;
import mirage.library.NodeSettings;
import mirage.library.StoredImage;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** {@code --data}, and what every command does with it. */
final class DataDirectory {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:MIRAGE_DATA:-mirage-data}",
            description = "Data directory (default: $MIRAGE_DATA, or mirage-data here).")
    private Path directory;

    /** Opens the library to look at it. It must be there; a server may work on it. */
    MirageLibrary open() throws IOException {
        if (!Files.isDirectory(directory.resolve("catalog"))) {
            throw new IOException(
                    directory + " holds no library; mirage serve or mirage import makes one");
        }
        LibrarySettings settings = LibrarySettings.defaults();
        try {
            return MirageLibrary.open(directory, settings);
        } catch (DirectoryInUseException e) {
            return MirageLibrary.open(directory, settings.withNode(NodeSettings.ofVisitor()));
        }
    }

    /**
     * Opens the library to add to it; it is made when it is missing. Not beside a server that works on it: whoever asks
     * that would not see what was added.
     */
    MirageLibrary openOrCreate() throws IOException {
        return MirageLibrary.open(directory, LibrarySettings.defaults());
    }

    /** The image that a person means: by its id, or else by its name when only one has it. */
    static ImageId find(MirageLibrary library, String nameOrId) throws IOException {
        if (ImageId.isValid(nameOrId) && library.find(new ImageId(nameOrId)) != null) {
            return new ImageId(nameOrId);
        }
        List<StoredImage> named =
                library.list().stream().filter(image -> image.name().equals(nameOrId)).toList();
        return switch (named.size()) {
            case 0 -> throw new IOException("no image has the id or name " + nameOrId);
            case 1 -> named.getFirst().id();
            default ->
                    throw new IOException(
                            named.size()
                                    + " images have the name "
                                    + nameOrId
                                    + ", say which by its id: "
                                    + named.stream()
                                            .map(image -> image.id().value())
                                            .collect(Collectors.joining(" ")));
        };
    }
}
