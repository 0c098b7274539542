package mirage.glance.policy;

import mirage.glance.identity.Caller;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * What Glance asks beside its rules, in its database layer, and no rule can loosen: who is no administrator sees only
 * images that are public, community, without owner, of the own project or shared with it; changes only those of the own
 * project; and answers offers of images only for the own project, which is not the owner.
 *
 * <p>The rules alone would not do. Those of Zed permit nearly everything to everyone, and the newer ones still show
 * every shared image to all.
 */
final class Ownership {
    private static final Set<String> SEEING =
            Set.of(
                    RuleNames.GET_IMAGE,
                    RuleNames.DOWNLOAD_IMAGE,
                    RuleNames.GET_IMAGE_LOCATION,
                    RuleNames.GET_MEMBER,
                    RuleNames.GET_MEMBERS,
                    RuleNames.COPY_IMAGE,
                    RuleNames.GET_METADEF_NAMESPACE,
                    RuleNames.GET_METADEF_OBJECT,
                    RuleNames.GET_METADEF_OBJECTS,
                    RuleNames.GET_METADEF_PROPERTY,
                    RuleNames.GET_METADEF_PROPERTIES,
                    RuleNames.GET_METADEF_RESOURCE_TYPE,
                    RuleNames.GET_METADEF_TAG,
                    RuleNames.GET_METADEF_TAGS);

    private static final Set<String> CHANGING =
            Set.of(
                    RuleNames.ADD_IMAGE,
                    RuleNames.MODIFY_IMAGE,
                    RuleNames.DELETE_IMAGE,
                    RuleNames.PUBLICIZE_IMAGE,
                    RuleNames.COMMUNITIZE_IMAGE,
                    RuleNames.UPLOAD_IMAGE,
                    RuleNames.DELETE_IMAGE_LOCATION,
                    RuleNames.SET_IMAGE_LOCATION,
                    RuleNames.ADD_MEMBER,
                    RuleNames.DELETE_MEMBER,
                    RuleNames.DEACTIVATE,
                    RuleNames.REACTIVATE);

    private Ownership() {}

    /** Whether a caller who is no administrator may, as far as owners go. */
    static boolean permits(String rule, Caller caller, PolicyTarget target) {
        String owner = target.get(PolicyTarget.PROJECT_ID);
        if (CHANGING.contains(rule)) {
            return caller.owns(owner);
        }
        if (SEEING.contains(rule)) {
            return target.has(PolicyTarget.PROJECT_ID) && sees(caller, owner, target);
        }
        if (rule.equals(RuleNames.MODIFY_MEMBER)) {
            return !caller.owns(owner) && caller.owns(target.get(PolicyTarget.MEMBER_ID));
        }
        return true;
    }

    private static boolean sees(Caller caller, @Nullable String owner, PolicyTarget target) {
        if (owner == null || caller.owns(owner)) {
            return true;
        }
        String visibility = target.get(PolicyTarget.VISIBILITY);
        if (visibility == null) {
            return false;
        }
        return switch (visibility) {
            case "public", "community" -> true;
            case "shared" -> caller.owns(target.get(PolicyTarget.MEMBER_ID));
            default -> false;
        };
    }
}
