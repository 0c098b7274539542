package mirage.glance.policy;

import mirage.glance.identity.Caller;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Protection of image properties, Glance's {@code property_protection_file}:
 *
 * <pre>
 *   [x_billing_.*]             a regular expression; found anywhere in a property's name it is about that property
 *   create = admin,billing     roles, or with rule format policies the name of one rule
 *   read = @                   everyone
 *   update = admin
 *   delete = !                 nobody; so does nothing at all
 * </pre>
 *
 * <p>The first section that is about a property decides; a property that none is about may nobody touch. All four
 * operations must be there. Options under {@code [DEFAULT]} count where a section has none of its own.
 *
 * <p>The expressions are Java's, which are Python's but for rarities such as {@code (?P<name>…)}. They are the
 * operator's: one that tries exponentially many ways, such as {@code (a+)+b}, makes requests slow.
 */
public final class PropertyRules {
    private static final Logger LOG = LoggerFactory.getLogger(PropertyRules.class);
    private static final String DEFAULTS = "DEFAULT";
    private static final String EVERYONE = "@";
    private static final String NOBODY = "!";

    private final boolean protecting;
    private final List<Rule> rules;
    private final Policy policy;

    private PropertyRules(boolean protecting, List<Rule> rules, Policy policy) {
        this.protecting = protecting;
        this.rules = List.copyOf(rules);
        this.policy = policy;
    }

    /** What is done to a property. */
    public enum Operation {
        CREATE,
        READ,
        UPDATE,
        DELETE
    }

    /** Glance's {@code property_protection_rule_format}. */
    public enum Format {
        /** Lists of roles, of the user or of the service that passes a request on. */
        ROLES,
        /** The name of one rule of the policy, asked about nothing in particular. */
        POLICIES
    }

    /** Who may do one thing. */
    private sealed interface Who {
        record Anyone(boolean permits) implements Who {}

        record Having(Set<String> roles) implements Who {}

        record Fulfilling(String rule) implements Who {}
    }

    private record Rule(Pattern about, Map<Operation, Who> who) {}

    /** No protection: everyone may do everything. */
    public static PropertyRules none() {
        return new PropertyRules(false, List.of(), (_, _, _) -> false);
    }

    /**
     * Reads the file.
     *
     * @param policy has the rules that {@link Format#POLICIES} names
     * @throws PolicyFileException when it cannot be read or understood, with file and line
     */
    public static PropertyRules read(Path file, Format format, Policy policy)
            throws PolicyFileException {
        Map<String, Sections.Section> sections = new LinkedHashMap<>();
        for (Sections.Section section : Sections.read(file)) {
            Sections.Section before = sections.putIfAbsent(section.name(), section);
            if (before != null) {
                throw new PolicyFileException(
                        section.place() + ": this section is already at " + before.place());
            }
        }
        Sections.Section defaults = sections.remove(DEFAULTS);
        List<Rule> rules = new ArrayList<>();
        for (Sections.Section section : sections.values()) {
            Map<String, String> values = new LinkedHashMap<>();
            if (defaults != null) {
                values.putAll(values(defaults));
            }
            values.putAll(values(section));
            rules.add(new Rule(pattern(section), who(section, values, format, policy)));
        }
        // As in Glance, a file without any rule protects nothing.
        return new PropertyRules(!rules.isEmpty(), rules, policy);
    }

    /** What a caller may do. */
    public PropertyAccess of(Caller caller) {
        return new PropertyAccess(this, caller);
    }

    /** Whether a caller may do something to the property of this name. */
    public boolean permits(Operation operation, String property, Caller caller) {
        if (!protecting) {
            return true;
        }
        for (Rule rule : rules) {
            if (rule.about().matcher(property).find()) {
                return permits(rule.who().getOrDefault(operation, new Who.Anyone(false)), caller);
            }
        }
        return false;
    }

    private boolean permits(Who who, Caller caller) {
        return switch (who) {
            case Who.Anyone anyone -> anyone.permits();
            case Who.Having having ->
                    having.roles().stream()
                            .anyMatch(role ->
                                    caller.roles().contains(role)
                                            || caller.serviceRoles().contains(role));
            case Who.Fulfilling fulfilling ->
                    policy.permits(fulfilling.rule(), caller, PolicyTarget.none());
        };
    }

    private static Map<String, String> values(Sections.Section section) throws PolicyFileException {
        Map<String, String> values = new LinkedHashMap<>();
        for (Sections.Value value : section.values()) {
            if (values.putIfAbsent(value.name(), value.text()) != null) {
                throw new PolicyFileException(value.place() + ": another " + value.name());
            }
        }
        return values;
    }

    private static Pattern pattern(Sections.Section section) throws PolicyFileException {
        try {
            return Pattern.compile(section.name());
        } catch (PatternSyntaxException malformed) {
            throw new PolicyFileException(
                    section.place()
                            + ": a regular expression expected, found "
                            + section.name()
                            + ": "
                            + malformed.getDescription());
        }
    }

    private static Map<Operation, Who> who(
            Sections.Section section, Map<String, String> values, Format format, Policy policy)
            throws PolicyFileException {
        Map<Operation, Who> who = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            String name = operation.name().toLowerCase(Locale.ROOT);
            String place = section.place() + ": [" + section.name() + "] " + name;
            String value = values.remove(name);
            if (value == null) {
                throw new PolicyFileException(place + ": is missing");
            }
            who.put(operation, who(value, place, format, policy));
        }
        if (!values.isEmpty()) {
            throw new PolicyFileException(
                    section.place()
                            + ": create, read, update and delete expected, found "
                            + String.join(", ", values.keySet()));
        }
        return who;
    }

    private static Who who(String value, String place, Format format, Policy policy)
            throws PolicyFileException {
        Set<String> names = new HashSet<>(Arrays.asList(value.strip().split("\\s*,\\s*")));
        if (value.isEmpty()) {
            LOG.warn("{}: permits nobody", place);
            return new Who.Anyone(false);
        }
        if (names.contains(NOBODY) && names.contains(EVERYONE)) {
            throw new PolicyFileException(place + ": one of ! and @ expected, found both");
        }
        if (names.contains(NOBODY) || names.contains(EVERYONE)) {
            return new Who.Anyone(names.contains(EVERYONE));
        }
        if (format == Format.ROLES) {
            Set<String> roles = new HashSet<>();
            names.forEach(role -> roles.add(role.toLowerCase(Locale.ROOT)));
            return new Who.Having(Set.copyOf(roles));
        }
        if (names.size() > 1 || value.contains(",")) {
            throw new PolicyFileException(
                    place
                            + ": one rule expected, found "
                            + value
                            + "; join them in the policy file");
        }
        if (!policy.defines(value)) {
            LOG.warn("{}: no rule {}: the rule default answers for it", place, value);
        }
        return new Who.Fulfilling(value);
    }
}
