package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * The members of images. Changes are atomic and durable as those of {@link ImageRecords}; the members of an image go
 * with it. Safe for use by many threads.
 */
public interface ImageMembers {
    /** The members of an image, the oldest first. */
    List<ImageMember> of(ImageId image);

    /** A member of an image, null when the project is none. */
    @Nullable ImageMember find(ImageId image, String project);

    /**
     * Adds a member, unless the image then had too many.
     *
     * @param most how many the image may have with it
     * @throws TooManyMembersException when it has that many already
     * @throws RecordExistsException when the project is a member already
     * @throws RecordNotFoundException when there is no such image
     */
    void add(ImageMember member, int most);

    /**
     * Changes the status of a member.
     *
     * @return the member as it is now
     * @throws RecordNotFoundException when the project is no member
     */
    ImageMember setStatus(ImageId image, String project, ImageMember.Status status, Instant now);

    /**
     * Removes a member.
     *
     * @throws RecordNotFoundException when the project is no member
     */
    void remove(ImageId image, String project);
}
