package mirage.command;

import mirage.library.MirageLibrary;
import mirage.library.StoredImage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Lists the images. */
@Command(
        name = "ls",
        mixinStandardHelpOptions = true,
        description = "List the images of a library.",
        footer = {"", "Example:", "  mirage ls --data /var/lib/mirage"})
final class LsCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (MirageLibrary library = data.open()) {
            List<StoredImage> images = library.list();
            if (json) {
                Json.print(out, images.stream().map(InfoCommand::summary).toList());
                return 0;
            }
            out.printf("%-36s  %-10s  %10s  %-10s  %s%n", "ID", "FORMAT", "SIZE", "STATE", "NAME");
            for (StoredImage image : images) {
                String format = image.format();
                out.printf(
                        "%-36s  %-10s  %10s  %-10s  %s%n",
                        image.id(),
                        format == null ? "-" : format,
                        Sizes.text(image.size()),
                        image.state().name().toLowerCase(Locale.ROOT),
                        Printable.of(image.name()));
            }
            out.flush();
        }
        return 0;
    }
}
