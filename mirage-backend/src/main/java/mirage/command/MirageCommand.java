package mirage.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.util.ServiceLoader;

/** The root of the command line. */
@Command(
        name = "mirage",
        mixinStandardHelpOptions = true,
        description =
                "An image library for OpenStack that treats virtual machine images as structured data.",
        synopsisSubcommandLabel = "COMMAND")
public final class MirageCommand {
    private MirageCommand() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new MirageCommand());
        for (Subcommand subcommand : ServiceLoader.load(Subcommand.class)) {
            line.addSubcommand(subcommand);
        }
        return line;
    }
}
