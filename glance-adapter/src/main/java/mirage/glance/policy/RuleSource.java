package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Flags that say which rules a command is about: those of a configuration, or of files named here. */
final class RuleSource {
    @Option(
            names = "--config-file",
            paramLabel = "FILE",
            description =
                    "Configuration whose options compat and [oslo_policy] count; all else in it is passed over.")
    private @Nullable Path configFile;

    @Option(
            names = "--rules",
            paramLabel = "FILE",
            description = "File of rules, instead of the configuration's.")
    private @Nullable Path rules;

    @Option(
            names = "--compat",
            paramLabel = "RELEASE",
            description =
                    "Whose defaults: zed or latest (default: the configuration's, or latest).")
    private @Nullable Compat compat;

    @Option(
            names = "--enforce-new-defaults",
            negatable = true,
            description = "Whether old checks of changed rules count no longer.")
    private @Nullable Boolean enforceNewDefaults;

    @Option(
            names = "--enforce-scope",
            negatable = true,
            description = "Whether only tokens of projects count.")
    private @Nullable Boolean enforceScope;

    private @Nullable Path policyFile;
    private final List<Path> policyDirectories = new ArrayList<>();

    GlancePolicy policy() throws PolicyFileException {
        if (configFile != null) {
            readConfiguration(configFile);
        }
        PolicyMode mode = PolicyMode.of(compat == null ? Compat.LATEST : compat);
        if (enforceNewDefaults != null) {
            mode = mode.withEnforceNewDefaults(enforceNewDefaults);
        }
        if (enforceScope != null) {
            mode = mode.withEnforceScope(enforceScope);
        }
        return GlancePolicy.open(
                mode,
                rules == null
                        ? new PolicyFiles(policyFile, policyDirectories)
                        : new PolicyFiles(rules, List.of()));
    }

    /**
     * Only what concerns rules, whatever else is in the file: to look at rules nobody should need a configuration that
     * is valid as a whole. Flags come before it.
     */
    private void readConfiguration(Path file) throws PolicyFileException {
        Boolean newDefaults = null;
        Boolean scope = null;
        Compat release = null;
        for (Sections.Section section : Sections.read(file)) {
            for (Sections.Value value : section.values()) {
                switch (section.name() + "." + value.name()) {
                    case "DEFAULT.compat" -> release = release(value);
                    case "oslo_policy.enforce_new_defaults" -> newDefaults = flag(value);
                    case "oslo_policy.enforce_scope" -> scope = flag(value);
                    case "oslo_policy.policy_file" ->
                            policyFile = value.text().isEmpty() ? null : Path.of(value.text());
                    case "oslo_policy.policy_dirs" -> policyDirectories.add(Path.of(value.text()));
                    default -> {}
                }
            }
        }
        compat = compat == null ? release : compat;
        enforceNewDefaults = enforceNewDefaults == null ? newDefaults : enforceNewDefaults;
        enforceScope = enforceScope == null ? scope : enforceScope;
    }

    private static Compat release(Sections.Value value) throws PolicyFileException {
        try {
            return Compat.valueOf(value.text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new PolicyFileException(
                    value.place() + ": zed or latest expected, found " + value.text());
        }
    }

    private static boolean flag(Sections.Value value) throws PolicyFileException {
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default ->
                    throw new PolicyFileException(
                            value.place() + ": true or false expected, found " + value.text());
        };
    }
}
