package mirage.glance.metadef;

import org.jspecify.annotations.Nullable;

/**
 * What is said of a namespace.
 *
 * @param name unique, 1 to 80 characters
 * @param isPublic whether everybody sees it, or only its owner
 * @param isProtected whether deleting it, or anything in it, is refused
 * @param owner a project, or any other text of an operator
 */
public record NamespaceAttributes(
        String name,
        @Nullable String displayName,
        @Nullable String description,
        boolean isPublic,
        boolean isProtected,
        String owner) {
    private static final String PUBLIC = "public";
    private static final String PRIVATE = "private";

    /** {@code public} or {@code private}. */
    public String visibility() {
        return isPublic ? PUBLIC : PRIVATE;
    }

    static boolean isPublic(String visibility) {
        return visibility.equals(PUBLIC);
    }
}
