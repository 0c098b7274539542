package mirage.glance.record;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Asks for a page of images.
 *
 * @param scope which images the list may show at all
 * @param filters an image must satisfy all of them
 * @param sort the order; ends with the id, so that no two images are equal in it
 * @param after the last image of the page before, null for the first page
 * @param limit how many images at the most
 */
public record ImageQuery(
        Scope scope,
        List<Filter> filters,
        List<SortKey> sort,
        @Nullable ImageRecord after,
        int limit) {
    public ImageQuery {
        filters = List.copyOf(filters);
        sort = List.copyOf(sort);
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit);
        }
        if (sort.isEmpty() || sort.getLast().field() != Field.TextField.ID) {
            throw new IllegalArgumentException("the order does not end with the id: " + sort);
        }
    }

    public ImageQuery startingAfter(ImageRecord last) {
        return new ImageQuery(scope, filters, sort, last, limit);
    }

    /**
     * Which images a list may show.
     *
     * @param project the caller's
     * @param own images of that project are shown when they have one of these visibilities
     * @param any images of all projects are shown when they have one of these
     * @param asMember shared images of others are shown when the project is a member of them with one of these
     */
    public record Scope(
            String project,
            Set<Visibility> own,
            Set<Visibility> any,
            Set<ImageMember.Status> asMember) {
        public Scope {
            own = Set.copyOf(own);
            any = Set.copyOf(any);
            asMember = Set.copyOf(asMember);
        }

        /** Every image there is. */
        public static Scope everything() {
            return new Scope("", Set.of(), EnumSet.allOf(Visibility.class), Set.of());
        }

        /**
         * Whether it shows an image.
         *
         * @param member what the project made of the image, null when it is no member of it
         */
        boolean shows(ImageRecord image, ImageMember.@Nullable Status member) {
            Visibility visibility = image.attributes().visibility();
            if (any.contains(visibility)) {
                return true;
            }
            return project.equals(image.attributes().owner())
                    ? own.contains(visibility)
                    : visibility == Visibility.SHARED
                            && member != null
                            && asMember.contains(member);
        }
    }

    /** One step of an order. */
    public record SortKey(Field field, boolean ascending) {}

    /** An order that goes on by time of creation and id, in that direction, where the given keys leave images equal. */
    public static List<SortKey> completeSort(List<SortKey> keys, boolean ascending) {
        List<SortKey> complete = new ArrayList<>();
        for (SortKey key : keys) {
            complete.add(key);
            if (key.field() == Field.TextField.ID) {
                return complete;
            }
        }
        if (keys.stream().noneMatch(key -> key.field() == Field.TimeField.CREATED_AT)) {
            complete.add(new SortKey(Field.TimeField.CREATED_AT, ascending));
        }
        complete.add(new SortKey(Field.TextField.ID, ascending));
        return complete;
    }

    /**
     * The order, for records in memory.
     *
     * @param texts that of texts
     */
    Comparator<ImageRecord> order(Comparator<String> texts) {
        return (left, right) -> {
            for (SortKey key : sort) {
                int difference =
                        compare(key.field().sortValue(left), key.field().sortValue(right), texts);
                if (difference != 0) {
                    return key.ascending() ? difference : -difference;
                }
            }
            return 0;
        };
    }

    /** Values of one field are of one type. */
    @SuppressWarnings("unchecked")
    private static int compare(Comparable<?> left, Comparable<?> right, Comparator<String> texts) {
        if (left instanceof String leftText && right instanceof String rightText) {
            return texts.compare(leftText, rightText);
        }
        return ((Comparable<Object>) left).compareTo(right);
    }
}
