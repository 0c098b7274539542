package mirage.command;

import mirage.library.View;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a delta is of. */
final class DeltaPair {
    @Mixin DataDirectory data;

    @Option(
            names = "--view",
            paramLabel = "VIEW",
            defaultValue = "container",
            description =
                    "container: the bytes that were uploaded; disk: what a guest sees (default: container).")
    View view;

    @Parameters(index = "0", paramLabel = "BASE", description = "Name or id of what is held.")
    String base;

    @Parameters(index = "1", paramLabel = "IMAGE", description = "Name or id of what is wanted.")
    String target;
}
