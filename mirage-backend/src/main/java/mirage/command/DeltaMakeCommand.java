package mirage.command;

import mirage.delta.DeltaMaker;
import mirage.library.ImageDeltas;
import mirage.library.MirageLibrary;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Writes a delta. */
@Command(
        name = "make",
        mixinStandardHelpOptions = true,
        description = "Write what of an image another one does not hold, as one file.",
        footer = {
            "",
            "Example:",
            "  mirage delta make --data /var/lib/mirage debian-12 debian-12-nginx nginx.delta"
        })
final class DeltaMakeCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DeltaPair pair;

    @Parameters(index = "2", paramLabel = "FILE", description = "The delta; replaced if it exists.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (MirageLibrary library = pair.data.open()) {
            ImageDeltas.Made made =
                    library.deltas().make(pair.base(library), pair.target(library), file);
            DeltaPlanCommand.print(made.plan(), out);
            DeltaMaker.Made bytes = made.bytes();
            out.printf("delta                %10s%n", Sizes.text(bytes.deltaBytes()));
            out.printf("  index              %10s%n", Sizes.text(bytes.indexBytes()));
            out.printf(
                    "  new versions       %10s of %s%n",
                    Sizes.text(bytes.againstStored()), Sizes.text(bytes.againstBytes()));
            out.printf(
                    "  new                %10s of %s%n",
                    Sizes.text(bytes.aloneStored()), Sizes.text(bytes.aloneBytes()));
            out.flush();
        }
        return 0;
    }
}
