package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * What a caller wants to act on, as rules see it: named attributes, some of which may be known to have no value. Rules
 * name them in {@code %(attribute)s}.
 */
public final class PolicyTarget {
    /** Id of the project that the thing belongs to. */
    public static final String PROJECT_ID = "project_id";

    /** The same, as Glance's rule for new images names it. */
    public static final String OWNER = "owner";

    /** {@code public}, {@code private}, {@code shared} or {@code community}. */
    public static final String VISIBILITY = "visibility";

    /** Id of a project that an image is shared with. */
    public static final String MEMBER_ID = "member_id";

    /** Id of the user that the thing belongs to. */
    public static final String USER_ID = "user_id";

    private static final PolicyTarget NONE = new PolicyTarget(Map.of());

    private final Map<String, @Nullable String> attributes;

    private PolicyTarget(Map<String, @Nullable String> attributes) {
        this.attributes = attributes;
    }

    /** For what is done to nothing in particular. */
    public static PolicyTarget none() {
        return NONE;
    }

    /** For what is done in a project, such as listing its images. */
    public static PolicyTarget ofProject(@Nullable String projectId) {
        return NONE.with(PROJECT_ID, projectId);
    }

    /**
     * For what is done to an image, or to a new one that a caller proposes.
     *
     * @param owner id of a project; null when nobody owns the image
     * @param visibility as the API spells it
     * @param memberProject the caller's project when the image is shared with it, whatever the member's status; for what
     *     is done to one membership the project of that member; otherwise null
     */
    public static PolicyTarget ofImage(
            @Nullable String owner, String visibility, @Nullable String memberProject) {
        Map<String, @Nullable String> image = new HashMap<>();
        image.put(PROJECT_ID, owner);
        image.put(OWNER, owner);
        image.put(VISIBILITY, visibility);
        if (memberProject != null) {
            image.put(MEMBER_ID, memberProject);
        }
        return new PolicyTarget(image);
    }

    /** The same with one more attribute, or another value of it. */
    public PolicyTarget with(String attribute, @Nullable String value) {
        Map<String, @Nullable String> more = new HashMap<>(attributes);
        more.put(attribute, value);
        return new PolicyTarget(more);
    }

    /** Whether an attribute is there, be it without value. */
    public boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    /** The value of an attribute, null when it has none or is not there. */
    public @Nullable String get(String attribute) {
        return attributes.get(attribute);
    }

    @Override
    public String toString() {
        return Collections.unmodifiableMap(attributes).toString();
    }
}
