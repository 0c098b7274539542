package mirage.glance.metadef.api;

import mirage.glance.http.HttpFailure;

import org.jspecify.annotations.Nullable;

/** Names that requests say, which are hostile text. */
final class Names {
    private Names() {}

    /**
     * What was found by a name.
     *
     * @param found null for nothing
     * @throws HttpFailure 404 for nothing
     */
    static <T> T found(@Nullable T found, String kind, String name) {
        if (found == null) {
            throw HttpFailure.notFound("Could not find " + kind + " " + name);
        }
        return found;
    }

    /**
     * Lets what was removed pass.
     *
     * @throws HttpFailure 404 when somebody else was faster
     */
    static void requireRemoved(boolean removed, String kind, String name) {
        if (!removed) {
            throw HttpFailure.notFound("Could not find " + kind + " " + name);
        }
    }
}
