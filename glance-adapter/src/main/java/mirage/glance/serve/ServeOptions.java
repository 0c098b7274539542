package mirage.glance.serve;

import mirage.glance.config.ConfigOption;
import mirage.glance.config.Configuration;
import mirage.glance.config.OptionGroup;
import mirage.glance.config.OptionType;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Options of the service as a whole, and of the image library, which knows of no files of settings. */
final class ServeOptions {
    private static final String DEFAULT = "DEFAULT";

    static final ConfigOption<Path> DATA_DIRECTORY =
            ConfigOption.of(
                            DEFAULT,
                            "data_directory",
                            OptionType.path(),
                            "mirage-data",
                            """
                            Holds all that the service keeps; made when it is missing. Where no file sets it, the
                            environment variable MIRAGE_DATA does.
                            """)
                    .example("/var/lib/mirage");

    static final ConfigOption<Optional<String>> NODE_NAME =
            ConfigOption.optional(
                            DEFAULT,
                            "node_name",
                            OptionType.text(),
                            """
                            Name of this process among those that serve the same images, in logs and metrics; no two may
                            have the same. Left out: the machine's name.
                            """)
                    .example("mirage-1");

    static final ConfigOption<Optional<Path>> NODE_DIRECTORY =
            ConfigOption.optional(
                            DEFAULT,
                            "node_directory",
                            OptionType.path(),
                            """
                            Holds what only this process uses: uploads on their way in and the chunk index. On a fast
                            disk of this machine when data_directory is shared. Left out: in data_directory.
                            """)
                    .example("/var/lib/mirage/node");

    static final ConfigOption<Acknowledge> ACKNOWLEDGE =
            ConfigOption.of(
                    DEFAULT,
                    "acknowledge",
                    OptionType.choice(Acknowledge.class),
                    "committed",
                    """
                    When an upload is answered: spooled, when its bytes are durable as one file, which is taken apart
                    afterwards; committed, when it is stored as chunks, read back and compared. The same safety, and
                    spooled answers quicker and needs more space for a while.
                    """);

    static final ConfigOption<Integer> STRUCTURERS =
            ConfigOption.of(
                    DEFAULT,
                    "structurers",
                    OptionType.integer(1, 256),
                    "2",
                    """
                    How many uploads are taken apart at a time. Each keeps some processors busy and needs about 64 MiB
                    of memory, and some hundred bytes more for each file and extent in the image.
                    """);

    static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of("Service", DATA_DIRECTORY, NODE_NAME, NODE_DIRECTORY),
                    OptionGroup.of("Storing", ACKNOWLEDGE, STRUCTURERS));

    private ServeOptions() {}

    /** Name of this process among others. */
    static String nodeName(Configuration configuration) {
        return configuration.get(NODE_NAME).orElseGet(ServeOptions::machineName);
    }

    /** As the kernel has it: asking for the address of this machine would ask name servers too. */
    private static String machineName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            return "localhost";
        }
    }

    static LibrarySettings librarySettings(Configuration configuration) {
        return new LibrarySettings(
                configuration.get(ACKNOWLEDGE),
                LibrarySettings.defaults().packs(),
                configuration.get(STRUCTURERS));
    }
}
