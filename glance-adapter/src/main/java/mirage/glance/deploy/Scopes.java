package mirage.glance.deploy;

import mirage.glance.api.Access;
import mirage.glance.identity.Caller;
import mirage.glance.record.ImageMember;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.Visibility;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Which images a list is made from, before each is asked about. */
final class Scopes {
    private Scopes() {}

    /** Those that a caller may see. */
    static Scope of(Caller caller, Access access) {
        return access.isAdmin(caller) ? Scope.everything() : of(caller.projectId());
    }

    /** Those that a project may see: its own, those of all, and those that it accepted. */
    static Scope of(@Nullable String project) {
        return new Scope(
                Objects.requireNonNullElse(project, ""),
                EnumSet.allOf(Visibility.class),
                EnumSet.of(Visibility.PUBLIC, Visibility.COMMUNITY),
                Set.of(ImageMember.Status.ACCEPTED));
    }

    /** Those that are announced to a project's hosts: its own, those that it accepted, and what is public. */
    static Scope announcedTo(@Nullable String project) {
        return new Scope(
                Objects.requireNonNullElse(project, ""),
                EnumSet.allOf(Visibility.class),
                EnumSet.of(Visibility.PUBLIC),
                Set.of(ImageMember.Status.ACCEPTED));
    }
}
