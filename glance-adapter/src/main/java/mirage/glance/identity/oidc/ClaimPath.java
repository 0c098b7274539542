package mirage.glance.identity.oidc;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * A place in the claims of a token, such as {@code resource_access.mirage.roles}. A backslash before a dot makes it part
 * of a name: {@code resource_access.my\.client.roles}.
 */
public record ClaimPath(List<String> names) {
    public ClaimPath {
        names = List.copyOf(names);
        if (names.isEmpty() || names.contains("")) {
            throw new IllegalArgumentException("a path of names between dots expected: " + names);
        }
    }

    public static ClaimPath parse(String text) {
        return new ClaimPath(
                List.of(text.split("(?<!\\\\)\\.", -1)).stream()
                        .map(name -> name.replace("\\.", "."))
                        .toList());
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return String.join(".", names.stream().map(name -> name.replace(".", "\\.")).toList());
    }

    /** The text there, null when there is none. */
    @Nullable String text(Map<String, Object> claims) {
        return find(claims) instanceof String text && !text.isEmpty() ? text : null;
    }

    /** The texts of the list there, or the one text; none when there is something else. */
    List<String> texts(Map<String, Object> claims) {
        return switch (find(claims)) {
            case String text when !text.isEmpty() -> List.of(text);
            case List<?> list ->
                    list.stream()
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .filter(text -> !text.isEmpty())
                            .toList();
            case null, default -> List.of();
        };
    }

    private @Nullable Object find(Map<String, Object> claims) {
        Object at = claims;
        for (String name : names) {
            at = at instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return at;
    }
}
