package mirage.glance.deploy;

import mirage.catalog.ImageId;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.Filter;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.schema.ImageSchema;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which images an image probably shares most with: the one that it was made from, as Nova and Cinder say it; the newest
 * ones of its name; those whose bytes agree at the most places; the newest ones of the same distribution.
 */
final class Nearness {
    private static final Logger LOG = LoggerFactory.getLogger(Nearness.class);
    private static final String BASE = "base_image_ref";
    private static final List<String> DISTRIBUTION = List.of("os_distro", "os_version");

    /** Of a kind: more are not nearer. */
    private static final int OF_A_KIND = 8;

    private static final List<SortKey> NEWEST_FIRST =
            ImageQuery.completeSort(List.of(new SortKey(TimeField.CREATED_AT, false)), false);

    private final ImageRecords records;
    private final Deployables deployables;

    Nearness(ImageRecords records, Deployables deployables) {
        this.records = records;
        this.deployables = deployables;
    }

    /**
     * Images near to one, the nearest first.
     *
     * @param scope which images may be named at all
     * @param mayBe what must hold of them besides
     */
    List<ImageRecord> to(ImageRecord image, Scope scope, Predicate<ImageRecord> mayBe, int atMost) {
        return chosen(candidates(image, scope), image, mayBe, atMost);
    }

    /**
     * The same, and after them other images that were there before this one, the newest first: of some of these it may turn
     * out that they are near.
     */
    List<ImageRecord> pool(
            ImageRecord image, Scope scope, Predicate<ImageRecord> mayBe, int atMost) {
        List<ImageRecord> candidates = candidates(image, scope);
        candidates.addAll(newest(image, scope, List.of(), atMost));
        return chosen(candidates, image, mayBe, atMost);
    }

    private static List<ImageRecord> chosen(
            List<ImageRecord> candidates,
            ImageRecord image,
            Predicate<ImageRecord> mayBe,
            int atMost) {
        Map<ImageId, ImageRecord> near = new LinkedHashMap<>();
        for (ImageRecord other : candidates) {
            if (near.size() < atMost
                    && !other.id().equals(image.id())
                    && !near.containsKey(other.id())
                    && other.status() == ImageStatus.ACTIVE
                    && mayBe.test(other)) {
                near.put(other.id(), other);
            }
        }
        return List.copyOf(near.values());
    }

    private List<ImageRecord> candidates(ImageRecord image, Scope scope) {
        List<ImageRecord> candidates = new ArrayList<>();
        add(base(image), candidates);
        String name = image.attributes().name();
        if (name != null && !name.isEmpty()) {
            candidates.addAll(
                    newest(
                            image,
                            scope,
                            List.of(new Filter.OneOf(TextField.NAME, Set.of(name))),
                            OF_A_KIND));
        }
        for (ImageId alike : alike(image)) {
            add(records.find(alike), candidates);
        }
        List<Filter> distribution = new ArrayList<>();
        for (String property : DISTRIBUTION) {
            String value = image.attributes().properties().get(property);
            if (value != null) {
                distribution.add(new Filter.Property(property, value));
            }
        }
        if (distribution.size() == DISTRIBUTION.size()) {
            candidates.addAll(newest(image, scope, distribution, OF_A_KIND));
        }
        return candidates;
    }

    private static void add(@Nullable ImageRecord image, List<ImageRecord> candidates) {
        if (image != null) {
            candidates.add(image);
        }
    }

    private @Nullable ImageRecord base(ImageRecord image) {
        String base = image.attributes().properties().get(BASE);
        return base != null && ImageSchema.isImageId(base) ? records.find(new ImageId(base)) : null;
    }

    /** The newest ones that were there before the image. */
    private List<ImageRecord> newest(
            ImageRecord image, Scope scope, List<Filter> filters, int atMost) {
        List<Filter> all = new ArrayList<>(filters);
        all.add(new Filter.OneOf(TextField.STATUS, Set.of(ImageStatus.ACTIVE.wireName())));
        return records.list(new ImageQuery(scope, all, NEWEST_FIRST, image, atMost));
    }

    private List<ImageId> alike(ImageRecord image) {
        List<ImageId> alike = new ArrayList<>();
        for (Place place : deployables.placesOf(image)) {
            try {
                alike.addAll(place.deployment().alike(place.image(), OF_A_KIND));
            } catch (IOException failure) {
                LOG.debug("image {}: what is like it is not known", image.id(), failure);
            }
        }
        return alike;
    }
}
