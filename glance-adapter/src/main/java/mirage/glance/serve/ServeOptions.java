package mirage.glance.serve;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;
import mirage.glance.policy.Compat;
import mirage.library.LibrarySettings;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.NodeSettings;

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
                            Name of this process among those that serve the same images: 1 to 40 lower-case letters, digits
                            and dashes. No two may have the same, and it must stay the same from start to start. Left out:
                            "default", and the machine's name in logs and metrics.
                            """)
                    .example("mirage-1");

    static final ConfigOption<Optional<Path>> NODE_DIRECTORY =
            ConfigOption.optional(
                            DEFAULT,
                            "node_directory",
                            OptionType.path(),
                            """
                            Holds what only this process uses: the chunk index, and compressed images that are kept ready. On a fast disk of this machine when
                            data_directory is shared. Left out: in data_directory.
                            """)
                    .example("/var/lib/mirage/node");

    static final ConfigOption<Compat> COMPAT =
            ConfigOption.of(
                    DEFAULT,
                    "compat",
                    OptionType.choice(Compat.class),
                    "latest",
                    """
                    Which Glance this one is to be taken for: zed (25) or the latest. Decides the versions that are
                    advertised and the defaults of rules and checks that changed since.
                    """);

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

    static final ConfigOption<Long> ENCODED_CACHE_SIZE =
            ConfigOption.of(
                    DEFAULT,
                    "encoded_cache_size",
                    OptionType.bytes(0, Long.MAX_VALUE),
                    "4 GiB",
                    """
                    How much each store keeps ready of compressed images, which are stored decoded and encoded again
                    when they are downloaded, in node_directory. Images that were not read for the longest time go
                    first; 0 keeps none.
                    """);

    static final ConfigOption<Long> DECODED_SIZE_CAP =
            ConfigOption.of(
                    DEFAULT,
                    "decoded_size_cap",
                    OptionType.bytes(0, Long.MAX_VALUE),
                    "1 TiB",
                    """
                    How large an image that is compressed as a whole, such as disk.raw.gz, may be when it is decoded, which
                    is done once, to find the disk in it. Meanwhile what is decoded takes room in spool/, without its
                    zeros. An image that would be larger is stored as bytes, and is not looked into; 0 looks into none.
                    """);

    static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of("Service", DATA_DIRECTORY, NODE_NAME, NODE_DIRECTORY, COMPAT),
                    OptionGroup.of(
                            "Storing",
                            ACKNOWLEDGE,
                            STRUCTURERS,
                            ENCODED_CACHE_SIZE,
                            DECODED_SIZE_CAP));

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

    /**
     * Name of this process in records and libraries, which other processes may share: it must stay the same from start
     * to start, so that what was left behind is taken up again.
     */
    static String memberName(Configuration configuration) {
        return configuration.get(NODE_NAME).orElse("default");
    }

    /**
     * How the library of a store works.
     *
     * @param store name of the store, for its part of the node's directory
     */
    static LibrarySettings librarySettings(Configuration configuration, String store)
            throws ConfigException {
        NodeSettings node;
        try {
            node = NodeSettings.named(memberName(configuration));
        } catch (IllegalArgumentException wrong) {
            throw new ConfigException(configuration.placeOf(NODE_NAME) + ": " + wrong.getMessage());
        }
        Path directory = configuration.get(NODE_DIRECTORY).orElse(null);
        return new LibrarySettings(
                configuration.get(ACKNOWLEDGE),
                LibrarySettings.defaults().packs(),
                configuration.get(STRUCTURERS),
                directory == null ? node : node.withPrivateDirectory(directory.resolve(store)),
                configuration.get(ENCODED_CACHE_SIZE),
                configuration.get(DECODED_SIZE_CAP));
    }
}
