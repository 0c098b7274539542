package mirage.glance.serve;

import mirage.command.Subcommand;
import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.glance.database.Database;
import mirage.glance.metadef.DefinitionExistsException;
import mirage.glance.metadef.DefinitionFile;
import mirage.glance.metadef.DefinitionRefusedException;
import mirage.glance.metadef.Existing;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceDocument;
import mirage.glance.metadef.NamespaceQuery;
import mirage.glance.metadef.NamespaceQuery.SortKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Takes metadata definitions from files into the database, out of it, and from it into files. */
@Command(
        name = "metadefs",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Load metadata definitions from files, forget them, or write them to files. With the"
                        + " embedded database only while the service does not run.",
        subcommands = {
            MetadefsCommand.Load.class,
            MetadefsCommand.Unload.class,
            MetadefsCommand.Export.class
        },
        footer = {
            "",
            "Examples:",
            "  mirage metadefs load /etc/glance/metadefs --config-file /etc/mirage/mirage.conf",
            "  mirage metadefs export saved --data /var/lib/mirage"
        })
public final class MetadefsCommand implements Subcommand {
    private static final int FAILED = 1;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** Which database is meant. */
    static final class Target {
        @Mixin private ConfigFiles files = new ConfigFiles();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description =
                        "Data directory (default: data_directory of the settings, $MIRAGE_DATA, or"
                                + " mirage-data here).")
        private @Nullable String data;

        Configuration read() throws ConfigException {
            return files.read(System.getenv(), this::override);
        }

        private void override(ConfigurationReader settings) {
            if (data != null) {
                settings.override(
                        ServeOptions.DATA_DIRECTORY, ServeCommand.literal(data), "--data");
            }
        }
    }

    /** Opens the database, runs, closes it. */
    private abstract static class OnDatabase implements Subcommand {
        @Mixin private Target target = new Target();

        @Spec protected CommandSpec spec;

        @Override
        public final Integer call() throws IOException {
            Configuration configuration;
            try {
                configuration = target.read();
            } catch (ConfigException wrong) {
                return ConfigCommand.refused(wrong, spec);
            }
            GlanceService.makeDirectory(configuration.get(ServeOptions.DATA_DIRECTORY));
            try (Database database = GlanceService.database(configuration)) {
                return run(Metadefs.in(database));
            } catch (ConfigException wrong) {
                return ConfigCommand.refused(wrong, spec);
            } finally {
                out().flush();
            }
        }

        abstract int run(Metadefs metadefs) throws IOException;

        PrintWriter out() {
            return spec.commandLine().getOut();
        }
    }

    /** {@code mirage metadefs load}. */
    @Command(
            name = "load",
            mixinStandardHelpOptions = true,
            description =
                    "Load definitions from files, each a namespace. One that is there stays as it is,"
                            + " unless an option says otherwise. A file that is wrong is told of, the"
                            + " others are loaded, and the exit code is 1.")
    static final class Load extends OnDatabase {
        @Parameters(
                paramLabel = "PATH",
                description = "A file, or a directory whose files *.json are loaded.")
        private Path path;

        @Option(
                names = "--merge",
                description = "Add to a namespace that is there what it does not have.")
        private boolean merge;

        @Option(
                names = "--prefer-new",
                description = "Like --merge, and what both have becomes as in the file.")
        private boolean preferNew;

        @Option(
                names = {"--replace", "--overwrite"},
                description = "Put the namespace of the file in the place of one that is there.")
        private boolean replace;

        @Override
        int run(Metadefs metadefs) throws IOException {
            Existing existing = existing();
            PrintWriter err = spec.commandLine().getErr();
            int loaded = 0;
            int kept = 0;
            int wrong = 0;
            for (Path file : files()) {
                try {
                    NamespaceDocument document = DefinitionFile.read(file);
                    if (metadefs.load(document, existing, Instant.now())) {
                        loaded++;
                    } else {
                        kept++;
                    }
                } catch (IOException
                        | DefinitionRefusedException
                        | DefinitionExistsException failure) {
                    wrong++;
                    err.println("mirage: " + file + ": " + failure.getMessage());
                }
            }
            err.flush();
            out().println(loaded + " loaded, " + kept + " there already, " + wrong + " wrong");
            return wrong == 0 ? CommandLine.ExitCode.OK : FAILED;
        }

        private Existing existing() {
            if (preferNew && replace) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--prefer-new and --replace exclude each other");
            }
            if (replace) {
                return Existing.REPLACE;
            }
            if (preferNew) {
                return Existing.UPDATE;
            }
            return merge ? Existing.ADD_TO : Existing.KEEP;
        }

        private List<Path> files() throws IOException {
            if (Files.isRegularFile(path)) {
                return List.of(path);
            }
            if (!Files.isDirectory(path)) {
                throw new IOException(path + " is no file and no directory");
            }
            List<Path> files;
            try (Stream<Path> entries = Files.list(path)) {
                files =
                        entries.filter(entry -> entry.getFileName().toString().endsWith(".json"))
                                .filter(Files::isRegularFile)
                                .sorted()
                                .toList();
            }
            if (files.isEmpty()) {
                throw new IOException(path + " holds no files *.json");
            }
            return files;
        }
    }

    /** {@code mirage metadefs unload}. */
    @Command(
            name = "unload",
            mixinStandardHelpOptions = true,
            description =
                    "Forget all definitions, also those that were not loaded from files and those"
                            + " that are protected.")
    static final class Unload extends OnDatabase {
        @Override
        int run(Metadefs metadefs) {
            metadefs.forgetAll();
            return CommandLine.ExitCode.OK;
        }
    }

    /** {@code mirage metadefs export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description =
                    "Write each namespace to a file, in the place of one of that name that is there.")
    static final class Export extends OnDatabase {
        static final NamespaceQuery ALL =
                new NamespaceQuery(
                        true, null, null, null, SortKey.ID, true, null, Integer.MAX_VALUE);

        @Parameters(paramLabel = "DIR", description = "Where to, made when it is missing.")
        private Path directory;

        @Override
        int run(Metadefs metadefs) throws IOException {
            Files.createDirectories(directory);
            Set<String> names = new HashSet<>();
            for (Namespace namespace : metadefs.namespaces().list(ALL)) {
                Path file = directory.resolve(fileName(namespace.name(), names));
                DefinitionFile.write(
                        file,
                        new NamespaceDocument(
                                namespace.attributes(), metadefs.contents(namespace)));
                out().println(file);
            }
            return CommandLine.ExitCode.OK;
        }

        /** A name that says which namespace it is and that no other file has. */
        private static String fileName(String namespace, Set<String> taken) {
            String plain =
                    namespace
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]+", "-")
                            .replaceAll("^-|-$", "");
            String name = plain.isEmpty() ? "namespace" : plain;
            for (int number = 2; !taken.add(name); number++) {
                name = plain + "-" + number;
            }
            return name + ".json";
        }
    }
}
