package mirage.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ServiceLoader;

/** The root of the command line. */
@Command(
        name = "mirage",
        mixinStandardHelpOptions = true,
        versionProvider = MirageCommand.Version.class,
        description =
                "An image library for OpenStack that treats virtual machine images as structured data.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ImportCommand.class,
            ExportCommand.class,
            LsCommand.class,
            InfoCommand.class,
            FilesCommand.class,
            CatCommand.class,
            FactsCommand.class,
            StatsCommand.class,
            VerifyCommand.class,
            DeltaCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  mirage serve --data /var/lib/mirage --listen 127.0.0.1:9292",
            "  mirage import --data /var/lib/mirage --name debian-12 debian-12.qcow2",
            "  mirage files --data /var/lib/mirage debian-12 | grep sshd",
            "  mirage cat --data /var/lib/mirage debian-12 /etc/os-release",
            "  mirage facts --data /var/lib/mirage debian-12 --kind packages"
        })
public final class MirageCommand {
    /** Exit code of a command that was asked well and failed. */
    static final int FAILED = 1;

    private MirageCommand() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new MirageCommand());
        for (Subcommand subcommand : ServiceLoader.load(Subcommand.class)) {
            line.addSubcommand(subcommand);
        }
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(
                (failure, command, _) -> report(failure, command.getErr()));
        return line;
    }

    /** A failure that the user can do something about is one line; a defect shows where it is. */
    private static int report(Exception failure, PrintWriter err) throws Exception {
        Exception cause =
                failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : failure;
        if (cause instanceof IOException expected) {
            err.println("mirage: " + Printable.of(describe(expected)));
            return FAILED;
        }
        throw failure;
    }

    /** The message of a failure of the file system is often only the file's name. */
    private static String describe(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileAlreadyExistsException there -> there.getFile() + ": exists already";
            default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
        };
    }

    /** The version of the jar that runs. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = MirageCommand.class.getPackage().getImplementationVersion();
            return new String[] {"mirage " + (version == null ? "(from sources)" : version)};
        }
    }
}
