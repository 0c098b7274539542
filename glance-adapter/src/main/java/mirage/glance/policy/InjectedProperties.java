package mirage.glance.policy;

import mirage.glance.identity.Caller;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Properties that every imported image gets, whatever its owner says: Glance's section {@code
 * [inject_metadata_properties]}.
 *
 * @param properties {@code inject}: names of at most 255 characters, with their values
 * @param ignoreUserRoles {@code ignore_user_roles}: images of callers who have one of these get none; in any case
 */
public record InjectedProperties(Map<String, String> properties, Set<String> ignoreUserRoles) {
    private static final int MAX_NAME_CHARACTERS = 255;

    public InjectedProperties {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        for (String name : properties.keySet()) {
            if (name.isEmpty() || name.length() > MAX_NAME_CHARACTERS) {
                throw new IllegalArgumentException(
                        "name of an injected property: 1 to "
                                + MAX_NAME_CHARACTERS
                                + " characters expected, found "
                                + name.length());
            }
        }
        ignoreUserRoles =
                ignoreUserRoles.stream()
                        .map(role -> role.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** Nothing is injected. */
    public static InjectedProperties none() {
        return new InjectedProperties(Map.of(), Set.of("admin"));
    }

    /** What a caller's image gets. */
    public Map<String, String> forCaller(Caller caller) {
        return caller.roles().stream().anyMatch(ignoreUserRoles::contains) ? Map.of() : properties;
    }
}
