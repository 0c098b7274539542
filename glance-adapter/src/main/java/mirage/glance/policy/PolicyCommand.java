package mirage.glance.policy;

import mirage.command.Subcommand;
import mirage.glance.identity.Caller;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Shows and tries the rules of who may do what. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Show and try the rules of who may do what.",
        subcommands = {PolicyCommand.ListCommand.class, PolicyCommand.CheckCommand.class},
        footer = {
            "",
            "Examples:",
            "  mirage policy list --config-file /etc/mirage/mirage.conf",
            "  mirage policy check --rules policy.yaml --credentials token.json --target image.json delete_image"
        })
public final class PolicyCommand implements Subcommand {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command expected: list or check");
    }

    /** Prints every rule with its default and where it was changed. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Print every rule: what is asked for, who says so, and Glance's default where that differs."
                            + " Doubtful rules of the operator are told of on standard error.")
    static final class ListCommand implements Callable<Integer> {
        @Mixin private RuleSource source;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            RuleBook rules = source.policy().rules();
            PrintWriter out = spec.commandLine().getOut();
            rules.entries().forEach(entry -> print(entry, out));
            out.flush();
            return CommandLine.ExitCode.OK;
        }

        private static void print(RuleBook.Entry entry, PrintWriter out) {
            RuleDefault preset = entry.preset();
            FileRule written = entry.written();
            if (preset != null && !preset.description().equals("-")) {
                out.println("# " + preset.description());
            }
            if (written != null) {
                out.println(line(entry.name(), written.text()) + "  # " + written.place());
                if (preset != null) {
                    out.println("#   default: " + quoted(preset.check()));
                }
            } else if (preset != null) {
                out.println(line(entry.name(), preset.check()));
                if (preset.before() != null && !entry.check().equals(only(preset))) {
                    out.println("#   or as before: " + quoted(preset.before()));
                }
            }
            out.println();
        }

        private static Check only(RuleDefault preset) {
            return preset.checkIn(PolicyMode.of(Compat.LATEST));
        }

        private static String line(String name, String check) {
            return quoted(name) + ": " + quoted(check);
        }

        private static String quoted(String text) {
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
    }

    /** Tries rules for a caller and a target. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Say whether rules permit something to a caller. The exit code is 0 when all rules that"
                            + " are named do.")
    static final class CheckCommand implements Callable<Integer> {
        private static final int DENIED = 1;

        @Mixin private RuleSource source;

        @Option(
                names = "--credentials",
                required = true,
                paramLabel = "FILE",
                description =
                        "The caller, as JSON: a token as Keystone shows it, or {\"user_id\": …, \"project_id\": …,"
                                + " \"roles\": […]}.")
        private Path credentials;

        @Option(
                names = "--target",
                paramLabel = "FILE",
                description =
                        "What it is done to, as JSON: {\"project_id\": …, \"visibility\": …} (default: the caller's"
                                + " project).")
        private @Nullable Path target;

        @Parameters(paramLabel = "RULE", description = "Names of rules (default: all).")
        private List<String> names = new ArrayList<>();

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            GlancePolicy policy = source.policy();
            Caller caller = CredentialsFile.caller(credentials);
            PolicyTarget object =
                    target == null
                            ? PolicyTarget.ofProject(caller.projectId())
                            : CredentialsFile.target(target);
            List<String> asked =
                    names.isEmpty()
                            ? policy.rules().entries().stream().map(RuleBook.Entry::name).toList()
                            : names;
            PrintWriter out = spec.commandLine().getOut();
            boolean all = true;
            for (String name : asked) {
                boolean permitted = policy.permits(name, caller, object);
                all &= permitted;
                out.println(name + ": " + verdict(policy, name, caller, object, permitted));
            }
            out.flush();
            return all || names.isEmpty() ? CommandLine.ExitCode.OK : DENIED;
        }

        private static String verdict(
                GlancePolicy policy,
                String name,
                Caller caller,
                PolicyTarget target,
                boolean permitted) {
            String verdict = permitted ? "permitted" : "denied";
            if (!policy.defines(name)) {
                return verdict + " by the rule default: there is no rule of this name";
            }
            return !permitted && policy.rules().permits(name, caller, target)
                    ? "denied: the rule permits, but the image belongs to another project"
                    : verdict;
        }
    }
}
