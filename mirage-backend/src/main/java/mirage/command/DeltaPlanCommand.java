package mirage.command;

import mirage.delta.DeltaPlan;
import mirage.library.MirageLibrary;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;

/** Tells what a delta would bring. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description =
                "Tell what of an image another one holds, from what the library knows of both.",
        footer = {
            "",
            "Example:",
            "  mirage delta plan --data /var/lib/mirage debian-12 debian-12-nginx"
        })
final class DeltaPlanCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DeltaPair pair;

    @Override
    public Integer call() throws IOException {
        try (MirageLibrary library = pair.data.open()) {
            DeltaPlan plan = library.deltas().plan(pair.base(library), pair.target(library));
            print(plan, spec.commandLine().getOut());
        }
        return 0;
    }

    static void print(DeltaPlan plan, PrintWriter out) {
        long zeros = plan.targetLength() - plan.copiedBytes() - plan.madeOfFresh();
        out.printf("image                %10s%n", Sizes.text(plan.targetLength()));
        out.printf("  zeros              %10s%n", Sizes.text(zeros));
        out.printf("  copied from base   %10s%n", Sizes.text(plan.copiedBytes()));
        out.printf("  not in base        %10s%n", Sizes.text(plan.madeOfFresh()));
        out.printf("    each content once%10s%n", Sizes.text(plan.freshBytes()));
        out.printf("in runs              %10d%n", plan.runs().size());
        out.flush();
    }
}
