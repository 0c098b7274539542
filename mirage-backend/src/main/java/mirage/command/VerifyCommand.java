package mirage.command;

import mirage.library.MirageLibrary;
import mirage.maintain.Damage;
import mirage.maintain.LibraryVerifier;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Re-reads everything. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Re-read everything: every chunk against its name, every image rebuilt against its digest.",
            "Changes nothing. Exits with 1 when something is damaged, and says what."
        },
        footer = {"", "Example:", "  mirage verify --data /var/lib/mirage"})
final class VerifyCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Mixin private DataDirectory data;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (MirageLibrary library = data.open()) {
            LibraryVerifier verifier = library.verifier();
            List<Damage> damages;
            try (Progress progress = Progress.of("verify", verifier.workBytes())) {
                damages = verifier.verify(progress::add);
            }
            damages.forEach(damage -> out.println(Printable.of(damage.toString())));
            out.println(damages.isEmpty() ? "all is well" : damages.size() + " damaged");
            out.flush();
            return damages.isEmpty() ? 0 : MirageCommand.FAILED;
        }
    }
}
