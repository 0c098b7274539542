package mirage.glance.serve;

import mirage.command.Subcommand;
import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.config.Reference;
import mirage.config.SampleFile;
import mirage.glance.http.HttpSettings;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings: every option there is, a file to begin with, and whether a file is right. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Tell of the options in mirage.conf, and check files of them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ConfigCommand.Check.class,
            ConfigCommand.Sample.class,
            ConfigCommand.WriteReference.class
        })
public final class ConfigCommand implements Subcommand {
    private static final int FAILED = 1;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** Tells every problem and gives the exit code. */
    static int refused(ConfigException wrong, CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        wrong.problems().forEach(problem -> err.println("mirage: " + problem));
        err.flush();
        return FAILED;
    }

    /** {@code mirage config check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Check settings as serve would read them. Prints what is not as it is by"
                            + " default, and where it was set; secrets as ***.",
            footer = {
                "",
                "Examples:",
                "  mirage config check",
                "  mirage config check mirage.conf overrides.conf"
            })
    static final class Check implements Subcommand {
        @Spec private CommandSpec spec;

        @Mixin private ConfigFiles files = new ConfigFiles();

        @Parameters(
                paramLabel = "FILE",
                arity = "0..*",
                description = "Files instead of those that serve would read by itself.")
        private List<Path> only = new ArrayList<>();

        @Override
        public Integer call() {
            Configuration configuration;
            try {
                configuration = read();
                HttpSettings.from(configuration); // options that only go together
            } catch (ConfigException wrong) {
                return refused(wrong, spec);
            }
            PrintWriter out = spec.commandLine().getOut();
            configuration.describeChanges().forEach(out::println);
            out.flush();
            return CommandLine.ExitCode.OK;
        }

        private Configuration read() throws ConfigException {
            if (only.isEmpty()) {
                return files.read(System.getenv(), _ -> {});
            }
            ConfigurationReader reader =
                    new ConfigurationReader(AllOptions.SCHEMA, System.getenv());
            only.forEach(reader::file);
            return reader.read();
        }
    }

    /** {@code mirage config sample}. */
    @Command(
            name = "sample",
            mixinStandardHelpOptions = true,
            description =
                    "Print a mirage.conf with every option explained, commented out as it is by"
                            + " default.",
            footer = {
                "",
                "Example:",
                "  mirage config sample --set DEFAULT.data_directory=/var/lib/mirage > mirage.conf"
            })
    static final class Sample implements Subcommand {
        @Spec private CommandSpec spec;

        @Option(
                names = "--set",
                paramLabel = "SECTION.OPTION=VALUE",
                description = "An option to set in it; may be repeated.")
        private Map<String, String> values = new LinkedHashMap<>();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try {
                out.print(SampleFile.of(AllOptions.SCHEMA, values));
            } catch (IllegalArgumentException wrong) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--set: " + wrong.getMessage());
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }

    /** {@code mirage config reference}. */
    @Command(
            name = "reference",
            mixinStandardHelpOptions = true,
            description =
                    "Print the reference of all options in Markdown: docs/operating/configuration.md.")
    static final class WriteReference implements Subcommand {
        @Spec private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            out.print(Reference.of(AllOptions.SCHEMA));
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }
}
