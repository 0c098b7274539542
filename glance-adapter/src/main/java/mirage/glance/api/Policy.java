package mirage.glance.api;

import mirage.glance.http.HttpFailure;
import mirage.glance.identity.Caller;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.Visibility;

import java.util.Objects;

/**
 * Who may do what, by the default rules of Glance since 2023.1: a reader sees images, a member also makes, changes and
 * reads the bytes of them, an administrator does all that in every project and alone makes images public.
 */
final class Policy {
    private Policy() {}

    /** Whether an image exists for a caller. */
    static boolean sees(Caller caller, ImageRecord image) {
        return caller.isAdmin()
                || (caller.isReader()
                        && (owns(caller, image)
                                || image.attributes().visibility() == Visibility.PUBLIC
                                || image.attributes().visibility() == Visibility.COMMUNITY));
    }

    static void requireMayList(Caller caller) {
        require(caller.isReader(), "list images");
    }

    /** For images that the caller sees. */
    static void requireMayReadBytes(Caller caller) {
        require(caller.isMember(), "download this image");
    }

    /** For images that the caller sees. */
    static void requireMayChange(Caller caller, ImageRecord image) {
        require(
                caller.isAdmin() || (caller.isMember() && owns(caller, image)),
                "change this image");
    }

    static void requireMayCreate(Caller caller, ImageAttributes image) {
        require(caller.isMember(), "create images");
        require(
                caller.isAdmin() || caller.owns(image.owner()),
                "create images that another project owns");
        require(caller.isAdmin() || image.visibility() != Visibility.PUBLIC, "make images public");
    }

    /** For changes of images that the caller may change. */
    static void requireMayMake(Caller caller, ImageAttributes before, ImageAttributes after) {
        require(
                caller.isAdmin() || Objects.equals(before.owner(), after.owner()),
                "give images to another project");
        require(
                caller.isAdmin()
                        || after.visibility() == before.visibility()
                        || after.visibility() != Visibility.PUBLIC,
                "make images public");
    }

    private static boolean owns(Caller caller, ImageRecord image) {
        return caller.owns(image.attributes().owner());
    }

    private static void require(boolean permitted, String what) {
        if (!permitted) {
            throw HttpFailure.forbidden("You are not authorized to " + what + ".");
        }
    }
}
