package mirage.glance.api;

import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.policy.Policy;
import mirage.glance.policy.PolicyTarget;
import mirage.glance.policy.PropertyAccess;
import mirage.glance.policy.PropertyRules;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageMembers;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.Visibility;
import mirage.glance.schema.ImageSchema;

/** Who may do what with which image: the rules, asked about images. */
public final class Access {
    private final Policy policy;
    private final PropertyRules properties;
    private final ImageMembers members;

    public Access(Policy policy, PropertyRules properties, ImageMembers members) {
        this.policy = policy;
        this.properties = properties;
        this.members = members;
    }

    public boolean isAdmin(Caller caller) {
        return policy.permits(RuleNames.CONTEXT_IS_ADMIN, caller, PolicyTarget.none());
    }

    /** Whether an image exists for a caller. */
    public boolean sees(Caller caller, ImageRecord image) {
        return policy.permits(RuleNames.GET_IMAGE, caller, targetOf(caller, image));
    }

    /** Lets those pass who may do something that is about no image in particular. */
    public void require(String rule, Caller caller) {
        require(policy.permits(rule, caller, PolicyTarget.ofProject(caller.projectId())), rule);
    }

    /** Lets those pass who may do something with an image that they see. */
    public void require(String rule, Caller caller, ImageRecord image) {
        require(permits(rule, caller, image), rule);
    }

    /** Whether somebody may do something with an image that they see. */
    public boolean permits(String rule, Caller caller, ImageRecord image) {
        return policy.permits(rule, caller, targetOf(caller, image));
    }

    void requireMayCreate(Caller caller, ImageAttributes image) {
        PolicyTarget target =
                PolicyTarget.ofImage(image.owner(), image.visibility().wireName(), null);
        require(policy.permits(RuleNames.ADD_IMAGE, caller, target), RuleNames.ADD_IMAGE);
        requireMayShow(caller, image);
    }

    /** Lets those pass who may give an image properties of these names. */
    void requireMayCreateProperties(Caller caller, Iterable<String> names) {
        PropertyAccess access = propertiesOf(caller);
        for (String name : names) {
            if (!access.permits(PropertyRules.Operation.CREATE, name)) {
                throw ImageSchema.reserved(name);
            }
        }
    }

    /** What a caller may do to properties of images that he sees and may change. */
    PropertyAccess propertiesOf(Caller caller) {
        return properties.of(caller);
    }

    /** For changes of images that the caller may change. */
    void requireMayMake(Caller caller, ImageAttributes before, ImageAttributes after) {
        boolean givenAway =
                before.owner() == null
                        ? after.owner() != null
                        : !before.owner().equals(after.owner());
        if (givenAway && !isAdmin(caller)) {
            throw HttpFailure.forbidden("Owner can't be updated by non admin.");
        }
        if (after.visibility() != before.visibility()) {
            requireMayShow(caller, after);
        }
    }

    /** Whether somebody may do something with the membership of a project. */
    boolean permitsForMember(String rule, Caller caller, ImageRecord image, String project) {
        PolicyTarget target =
                PolicyTarget.ofImage(
                        image.attributes().owner(),
                        image.attributes().visibility().wireName(),
                        project);
        return policy.permits(rule, caller, target);
    }

    private PolicyTarget targetOf(Caller caller, ImageRecord image) {
        return PolicyTarget.ofImage(
                image.attributes().owner(),
                image.attributes().visibility().wireName(),
                isMember(caller, image) ? caller.projectId() : null);
    }

    /** Whether the image of another project is shared with the caller's, whatever that makes of it. */
    private boolean isMember(Caller caller, ImageRecord image) {
        String project = caller.projectId();
        return project != null
                && image.attributes().visibility() == Visibility.SHARED
                && !caller.owns(image.attributes().owner())
                && members.find(image.id(), project) != null;
    }

    private void requireMayShow(Caller caller, ImageAttributes image) {
        PolicyTarget target =
                PolicyTarget.ofImage(image.owner(), image.visibility().wireName(), null);
        if (image.visibility() == Visibility.PUBLIC) {
            require(
                    policy.permits(RuleNames.PUBLICIZE_IMAGE, caller, target),
                    RuleNames.PUBLICIZE_IMAGE);
        } else if (image.visibility() == Visibility.COMMUNITY) {
            require(
                    policy.permits(RuleNames.COMMUNITIZE_IMAGE, caller, target),
                    RuleNames.COMMUNITIZE_IMAGE);
        }
    }

    private static void require(boolean permitted, String rule) {
        if (!permitted) {
            throw HttpFailure.forbidden("You are not authorized to complete " + rule + " action.");
        }
    }
}
