package mirage.glance.policy;

import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The options of this package, by the names that Glance has for them, and what they make. */
public final class PolicyOptions {
    static final String OSLO_POLICY = "oslo_policy";

    static final ConfigOption<Optional<Path>> POLICY_FILE =
            ConfigOption.optional(
                    OSLO_POLICY,
                    "policy_file",
                    OptionType.path(),
                    "File of rules that replace Glance's of the same name: YAML, as oslo.policy has it. Read"
                            + " again when it changes.");

    static final ConfigOption<List<Path>> POLICY_DIRS =
            ConfigOption.repeated(
                    OSLO_POLICY,
                    "policy_dirs",
                    OptionType.path(),
                    "Directory of more such files, in the order of their names, after policy_file. One that is"
                            + " missing says nothing.");

    static final ConfigOption<Optional<Boolean>> ENFORCE_NEW_DEFAULTS =
            ConfigOption.optional(
                    OSLO_POLICY,
                    "enforce_new_defaults",
                    OptionType.flag(),
                    "Whether rules that changed when Glance began to tell roles apart permit by the new check"
                            + " alone, and not also by the old one. By default only where compat is latest.");

    static final ConfigOption<Optional<Boolean>> ENFORCE_SCOPE =
            ConfigOption.optional(
                    OSLO_POLICY,
                    "enforce_scope",
                    OptionType.flag(),
                    "Whether tokens for the system or a domain are refused where a project's is meant. By"
                            + " default only where compat is latest.");

    static final ConfigOption<Optional<Path>> PROPERTY_PROTECTION_FILE =
            ConfigOption.optional(
                    "DEFAULT",
                    "property_protection_file",
                    OptionType.path(),
                    "Who may create, read, update and delete which image properties. Everyone may, without"
                            + " this file; with it nobody may touch a property that it does not cover.");

    static final ConfigOption<PropertyRules.Format> PROPERTY_PROTECTION_RULE_FORMAT =
            ConfigOption.of(
                    "DEFAULT",
                    "property_protection_rule_format",
                    OptionType.choice(PropertyRules.Format.class),
                    "roles",
                    "What property_protection_file lists: roles, or a rule of the policy each.");

    static final ConfigOption<Map<String, String>> INJECT =
            ConfigOption.of(
                    "inject_metadata_properties",
                    "inject",
                    OptionType.map(OptionType.text()),
                    "",
                    "Properties that imported images get, whatever their owners say.");

    static final ConfigOption<List<String>> IGNORE_USER_ROLES =
            ConfigOption.of(
                    "inject_metadata_properties",
                    "ignore_user_roles",
                    OptionType.list(OptionType.text()),
                    "admin",
                    "Roles whose images do not get them.");

    public static final List<OptionGroup> GROUPS =
            List.of(
                    OptionGroup.of(
                            "Who may do what",
                            POLICY_FILE,
                            POLICY_DIRS,
                            ENFORCE_NEW_DEFAULTS,
                            ENFORCE_SCOPE),
                    OptionGroup.of(
                            "Properties of images",
                            PROPERTY_PROTECTION_FILE,
                            PROPERTY_PROTECTION_RULE_FORMAT,
                            INJECT,
                            IGNORE_USER_ROLES));

    private PolicyOptions() {}

    /**
     * The policy that is configured.
     *
     * @param compat whose defaults count
     * @throws PolicyFileException when a file of rules cannot be used
     */
    public static GlancePolicy policy(Configuration configuration, Compat compat)
            throws PolicyFileException {
        PolicyMode usual = PolicyMode.of(compat);
        PolicyMode mode =
                new PolicyMode(
                        compat,
                        configuration.get(ENFORCE_NEW_DEFAULTS).orElse(usual.enforceNewDefaults()),
                        configuration.get(ENFORCE_SCOPE).orElse(usual.enforceScope()));
        return GlancePolicy.open(
                mode,
                new PolicyFiles(
                        configuration.get(POLICY_FILE).orElse(null),
                        configuration.get(POLICY_DIRS)));
    }

    /**
     * The protection of properties that is configured.
     *
     * @throws PolicyFileException when its file is missing or cannot be used
     */
    public static PropertyRules propertyRules(Configuration configuration, Policy policy)
            throws PolicyFileException {
        Optional<Path> file = configuration.get(PROPERTY_PROTECTION_FILE);
        return file.isEmpty()
                ? PropertyRules.none()
                : PropertyRules.read(
                        file.get(), configuration.get(PROPERTY_PROTECTION_RULE_FORMAT), policy);
    }

    public static InjectedProperties injectedProperties(Configuration configuration) {
        return new InjectedProperties(
                configuration.get(INJECT), Set.copyOf(configuration.get(IGNORE_USER_ROLES)));
    }
}
