package mirage.glance.record;

import mirage.catalog.ImageId;
import mirage.glance.database.Product;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Image records in memory, gone with the process. A list looks at every record. */
public final class MemoryImageRecords implements ImageRecords {
    private final Map<ImageId, ImageRecord> records = new HashMap<>();
    private final Set<ImageId> removed = new HashSet<>();
    private final MemoryImageMembers members = new MemoryImageMembers(this);

    /** The members of these images. */
    public ImageMembers members() {
        return members;
    }

    @Override
    public synchronized void add(ImageRecord record) {
        if (records.containsKey(record.id()) || removed.contains(record.id())) {
            throw new RecordExistsException(record.id());
        }
        records.put(record.id(), record);
    }

    @Override
    public synchronized @Nullable ImageRecord find(ImageId id) {
        return records.get(id);
    }

    @Override
    public synchronized ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change) {
        ImageRecord after = change.apply(existing(id));
        records.put(id, after);
        return after;
    }

    @Override
    public synchronized void remove(ImageId id, Consumer<ImageRecord> check) {
        check.accept(existing(id));
        records.remove(id);
        removed.add(id);
        members.forget(id);
    }

    @Override
    public synchronized boolean wasRemoved(ImageId id) {
        return removed.contains(id);
    }

    @Override
    public synchronized ProjectUsage usageOf(String project) {
        ProjectUsage usage = ProjectUsage.NOTHING;
        for (ImageRecord image : records.values()) {
            if (project.equals(image.attributes().owner())) {
                usage = usage.plus(image);
            }
        }
        return usage;
    }

    @Override
    public synchronized List<ImageRecord> list(ImageQuery query) {
        ImageRecord after = query.after();
        Comparator<ImageRecord> order = query.order(Product.BY_BYTES);
        return records.values().stream()
                .filter(image ->
                        query.scope().shows(image, statusOf(image, query.scope().project())))
                .filter(image -> query.filters().stream().allMatch(filter -> holds(filter, image)))
                .filter(image -> after == null || order.compare(image, after) > 0)
                .sorted(order)
                .limit(query.limit())
                .toList();
    }

    private ImageMember.@Nullable Status statusOf(ImageRecord image, String project) {
        ImageMember member = members.find(image.id(), project);
        return member == null ? null : member.status();
    }

    private ImageRecord existing(ImageId id) {
        ImageRecord record = records.get(id);
        if (record == null) {
            throw new RecordNotFoundException(id);
        }
        return record;
    }

    private static boolean holds(Filter filter, ImageRecord image) {
        return switch (filter) {
            case Filter.OneOf(var field, var values) -> {
                String value = field.of(image);
                yield value != null && values.contains(value);
            }
            case Filter.Between(var field, long least, long greatest) -> {
                long value = field.of(image);
                yield value != Field.UNKNOWN && value >= least && value <= greatest;
            }
            case Filter.Is(var field, boolean value) -> field.of(image) == value;
            case Filter.Within(var field, var from, var until, boolean negated) -> {
                boolean within = !field.of(image).isBefore(from) && field.of(image).isBefore(until);
                yield within != negated;
            }
            case Filter.Tagged(String tag) -> image.attributes().tags().contains(tag);
            case Filter.Property(String name, String value) ->
                    value.equals(image.attributes().properties().get(name));
        };
    }
}
