package mirage.glance.metadef;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Which namespaces to list.
 *
 * @param everybodys whether namespaces of all projects are wanted
 * @param project whose namespaces are wanted besides the public ones when not everybody's are, null for none
 * @param visibility that they must have, null for any
 * @param resourceTypes at least one of which they must be associated with, null for any
 * @param after the last one of the page before, null for the first page
 * @param limit how many at the most
 */
public record NamespaceQuery(
        boolean everybodys,
        @Nullable String project,
        @Nullable String visibility,
        @Nullable List<String> resourceTypes,
        SortKey sort,
        boolean ascending,
        @Nullable Namespace after,
        int limit) {
    /** What namespaces are ordered by; those that are equal in it by their creation, in the same direction. */
    public enum SortKey {
        NAMESPACE("name"),
        DISPLAY_NAME("COALESCE(display_name, '')"),
        DESCRIPTION("COALESCE(description, '')"),
        VISIBILITY("visibility"),
        PROTECTED("protected"),
        OWNER("owner"),
        CREATED_AT("created_at"),
        UPDATED_AT("updated_at"),
        ID("id");

        private final String expression;

        SortKey(String expression) {
            this.expression = expression;
        }

        String expression() {
            return expression;
        }

        Object of(Namespace namespace) {
            NamespaceAttributes attributes = namespace.attributes();
            return switch (this) {
                case NAMESPACE -> attributes.name();
                case DISPLAY_NAME -> orEmpty(attributes.displayName());
                case DESCRIPTION -> orEmpty(attributes.description());
                case VISIBILITY -> attributes.visibility();
                case PROTECTED -> attributes.isProtected();
                case OWNER -> attributes.owner();
                case CREATED_AT -> Rows.microseconds(namespace.createdAt());
                case UPDATED_AT -> Rows.microseconds(namespace.updatedAt());
                case ID -> namespace.id();
            };
        }

        private static String orEmpty(@Nullable String text) {
            return text == null ? "" : text;
        }
    }

    /** The same from another place on. */
    public NamespaceQuery from(Namespace newAfter, int newLimit) {
        return new NamespaceQuery(
                everybodys,
                project,
                visibility,
                resourceTypes,
                sort,
                ascending,
                newAfter,
                newLimit);
    }
}
