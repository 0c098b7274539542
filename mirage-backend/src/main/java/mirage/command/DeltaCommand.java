package mirage.command;

import picocli.CommandLine.Command;

/** {@code mirage delta}: what one image has that another has not. */
@Command(
        name = "delta",
        description = "What an image has that another one has not: plan it, write it, apply it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DeltaPlanCommand.class, DeltaMakeCommand.class, DeltaApplyCommand.class},
        footer = {
            "",
            "Examples:",
            "  mirage delta plan --data /var/lib/mirage debian-12 debian-12-nginx",
            "  mirage delta make --data /var/lib/mirage debian-12 debian-12-nginx nginx.delta",
            "  mirage delta apply nginx.delta debian-12.raw debian-12-nginx.raw"
        })
final class DeltaCommand {
    private DeltaCommand() {}
}
