package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Members of the images of {@link MemoryImageRecords}. */
final class MemoryImageMembers implements ImageMembers {
    private final MemoryImageRecords images;
    private final Map<ImageId, Map<String, ImageMember>> members = new ConcurrentHashMap<>();

    MemoryImageMembers(MemoryImageRecords images) {
        this.images = images;
    }

    @Override
    public List<ImageMember> of(ImageId image) {
        synchronized (images) {
            return members.getOrDefault(image, Map.of()).values().stream()
                    .sorted((a, b) -> a.createdAt().compareTo(b.createdAt()))
                    .toList();
        }
    }

    @Override
    public @Nullable ImageMember find(ImageId image, String project) {
        synchronized (images) {
            return members.getOrDefault(image, Map.of()).get(project);
        }
    }

    @Override
    public void add(ImageMember member, int most) {
        synchronized (images) {
            if (images.find(member.image()) == null) {
                throw new RecordNotFoundException(member.image());
            }
            Map<String, ImageMember> ofImage =
                    members.computeIfAbsent(member.image(), id -> new TreeMap<>());
            if (ofImage.size() >= most) {
                throw new TooManyMembersException(member.image(), ofImage.size());
            }
            ImageMember earlier = ofImage.putIfAbsent(member.project(), member);
            if (earlier != null) {
                throw new RecordExistsException(member.image());
            }
        }
    }

    @Override
    public ImageMember setStatus(
            ImageId image, String project, ImageMember.Status status, Instant now) {
        synchronized (images) {
            ImageMember member = find(image, project);
            if (member == null) {
                throw new RecordNotFoundException(image);
            }
            ImageMember changed = member.withStatus(status, now);
            members.computeIfAbsent(image, id -> new TreeMap<>()).put(project, changed);
            return changed;
        }
    }

    @Override
    public void remove(ImageId image, String project) {
        synchronized (images) {
            if (find(image, project) == null) {
                throw new RecordNotFoundException(image);
            }
            members.computeIfAbsent(image, id -> new TreeMap<>()).remove(project);
        }
    }

    /** The image is gone. */
    void forget(ImageId image) {
        members.remove(image);
    }
}
