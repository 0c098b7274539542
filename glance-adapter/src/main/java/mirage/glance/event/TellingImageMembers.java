package mirage.glance.event;

import static mirage.glance.notification.Notifications.Priority.INFO;

import mirage.catalog.ImageId;
import mirage.glance.notification.Notifications;
import mirage.glance.record.ImageMember;
import mirage.glance.record.ImageMembers;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Tells of every change of an image's members: {@code image.member.create}, {@code .update} and {@code .delete}. */
public final class TellingImageMembers implements ImageMembers {
    private final ImageMembers members;
    private final Notifications notifications;
    private final InstantSource clock;

    public TellingImageMembers(
            ImageMembers members, Notifications notifications, InstantSource clock) {
        this.members = members;
        this.notifications = notifications;
        this.clock = clock;
    }

    @Override
    public List<ImageMember> of(ImageId image) {
        return members.of(image);
    }

    @Override
    public @Nullable ImageMember find(ImageId image, String project) {
        return members.find(image, project);
    }

    @Override
    public void add(ImageMember member, int most) {
        members.add(member, most);
        notifications.send(INFO, "image.member.create", Payloads.of(member));
    }

    @Override
    public ImageMember setStatus(
            ImageId image, String project, ImageMember.Status status, Instant now) {
        ImageMember member = members.setStatus(image, project, status, now);
        notifications.send(INFO, "image.member.update", Payloads.of(member));
        return member;
    }

    @Override
    public void remove(ImageId image, String project) {
        ImageMember member = members.find(image, project);
        members.remove(image, project);
        // One that came between the two lines goes untold.
        if (member != null) {
            notifications.send(
                    INFO, "image.member.delete", Payloads.ofDeleted(member, clock.instant()));
        }
    }
}
