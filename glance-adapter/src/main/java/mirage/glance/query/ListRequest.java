package mirage.glance.query;

import mirage.glance.http.HttpFailure;
import mirage.glance.http.QueryString;
import mirage.glance.identity.Caller;
import mirage.glance.record.Field;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.NumberField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.Filter;
import mirage.glance.record.ImageMember;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.Visibility;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A list of images as a client asks for it.
 *
 * @param marker id of the last image of the page before, null for the first page; hostile text
 * @param limit how many images at the most
 */
public record ListRequest(
        Scope scope, List<Filter> filters, List<SortKey> sort, @Nullable String marker, int limit) {
    /** Limits of a page. */
    public record PageLimits(int byDefault, int most) {}

    private static final Set<String> NO_FILTERS =
            Set.of(
                    "limit",
                    "marker",
                    "sort",
                    "sort_key",
                    "sort_dir",
                    "member_status",
                    "visibility",
                    "tag",
                    "os_hidden",
                    // Removed images are gone; asking for them changes nothing.
                    "deleted");
    private static final Map<String, Field> SORT_KEYS =
            byName(
                    TextField.NAME,
                    TextField.STATUS,
                    TextField.CONTAINER_FORMAT,
                    TextField.DISK_FORMAT,
                    NumberField.SIZE,
                    TextField.ID,
                    TimeField.CREATED_AT,
                    TimeField.UPDATED_AT);
    private static final Map<String, Field> WITH_LISTS =
            byName(
                    TextField.NAME,
                    TextField.ID,
                    TextField.STATUS,
                    TextField.CONTAINER_FORMAT,
                    TextField.DISK_FORMAT);
    private static final Map<String, Field> PLAIN_TEXTS =
            byName(
                    TextField.OWNER,
                    TextField.CHECKSUM,
                    TextField.OS_HASH_ALGO,
                    TextField.OS_HASH_VALUE);
    private static final Map<String, Field> NUMBERS = byName(NumberField.values());
    private static final Map<String, Field> TIMES = byName(TimeField.values());

    /**
     * Reads the parameters of a request.
     *
     * @param isAdmin whether the caller sees the images of all projects
     * @throws HttpFailure 400 for what they must not say
     */
    public static ListRequest read(
            QueryString query, Caller caller, boolean isAdmin, PageLimits limits) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new Filter.Is(FlagField.OS_HIDDEN, hidden(query.last("os_hidden"))));
        for (String tag : query.all("tag")) {
            filters.add(new Filter.Tagged(tag.strip()));
        }
        Map<String, String> others = new LinkedHashMap<>();
        query.parameters().forEach(parameter -> others.put(parameter.name(), parameter.value()));
        others.keySet().removeAll(NO_FILTERS);
        others.forEach((name, value) -> filters.add(filter(name, value)));
        return new ListRequest(
                scope(
                        query.last("visibility"),
                        memberStatus(query.last("member_status")),
                        caller,
                        isAdmin),
                filters,
                sort(query),
                query.last("marker"),
                limit(query.last("limit"), limits));
    }

    /** The query for the page behind an image. */
    public ImageQuery after(@Nullable ImageRecord last) {
        return new ImageQuery(scope, filters, sort, last, limit);
    }

    /**
     * An administrator sees the images of all projects, but community images of others only when they are asked for:
     * anybody may put these up, under any name.
     */
    private static Scope scope(
            @Nullable String asked,
            Set<ImageMember.Status> asMember,
            Caller caller,
            boolean isAdmin) {
        Set<Visibility> own = EnumSet.allOf(Visibility.class);
        Set<Visibility> any =
                isAdmin
                        ? EnumSet.allOf(Visibility.class)
                        : EnumSet.of(Visibility.PUBLIC, Visibility.COMMUNITY);
        if (asked == null) {
            any.remove(Visibility.COMMUNITY);
        } else if (!asked.equals("all")) {
            Visibility only = Visibility.ofWireName(asked);
            if (only == null) {
                throw HttpFailure.badRequest("Invalid visibility value: " + asked);
            }
            own.retainAll(Set.of(only));
            any.retainAll(Set.of(only));
        }
        boolean mayBeShared = asked == null || asked.equals("all") || asked.equals("shared");
        String project = caller.projectId();
        if (project == null) {
            return new Scope("", Set.of(), any, Set.of());
        }
        return new Scope(project, own, any, mayBeShared ? asMember : Set.of());
    }

    private static Filter filter(String name, String value) {
        if (name.equals("changes-since")) {
            throw HttpFailure.badRequest(
                    "The \"changes-since\" filter is no longer available on v2.");
        }
        if (name.equals("protected")) {
            if (!value.equals("true") && !value.equals("false")) {
                throw invalidFlag("protected", value);
            }
            return new Filter.Is(FlagField.PROTECTED, value.equals("true"));
        }
        if (WITH_LISTS.get(name) instanceof TextField field) {
            return new Filter.OneOf(field, FilterExpression.parse(value).texts());
        }
        if (PLAIN_TEXTS.get(name) instanceof TextField field) {
            return new Filter.OneOf(field, Set.of(value));
        }
        if (TIMES.get(name) instanceof TimeField field) {
            return times(field, FilterExpression.parse(value));
        }
        return numbers(name, value);
    }

    private static Filter numbers(String name, String value) {
        if (NUMBERS.get(name) instanceof NumberField field) {
            Long number = number(value);
            return number == null ? nothing() : new Filter.Between(field, number, number);
        }
        boolean least = name.endsWith("_min");
        if ((least || name.endsWith("_max"))
                && NUMBERS.get(name.substring(0, name.length() - 4)) instanceof NumberField field) {
            Long bound = number(value);
            if (bound == null) {
                throw HttpFailure.badRequest(
                        "Unable to filter on a range with a non-numeric value.");
            }
            return least
                    ? new Filter.Between(field, bound, Long.MAX_VALUE)
                    : new Filter.Between(field, 0, bound);
        }
        return new Filter.Property(name, value);
    }

    private static Filter times(TimeField field, FilterExpression expression) {
        Instant from = expression.second(field.column());
        Instant next = from.plus(FilterExpression.SECOND);
        return switch (expression.operator()) {
            case "eq" -> new Filter.Within(field, from, next, false);
            case "neq" -> new Filter.Within(field, from, next, true);
            case "lt" -> new Filter.Within(field, Instant.EPOCH, from, false);
            case "lte" -> new Filter.Within(field, Instant.EPOCH, next, false);
            case "gt" -> new Filter.Within(field, Instant.EPOCH, next, true);
            case "gte" -> new Filter.Within(field, Instant.EPOCH, from, true);
            default ->
                    throw HttpFailure.badRequest(
                            "Unable to filter by unknown operator '"
                                    + expression.operator()
                                    + "'.");
        };
    }

    private static Filter nothing() {
        return new Filter.OneOf(TextField.ID, Set.of());
    }

    private static @Nullable Long number(String value) {
        try {
            return Long.valueOf(value.strip());
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static boolean hidden(@Nullable String asked) {
        String value = asked == null ? "false" : asked.toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw invalidFlag("os_hidden", value);
        }
        return value.equals("true");
    }

    private static HttpFailure invalidFlag(String name, String value) {
        return HttpFailure.badRequest(
                "Invalid value '"
                        + value
                        + "' for '"
                        + name
                        + "' filter. Valid values are 'true' or 'false'.");
    }

    /** Only what the project has accepted, unless it asks for something else. */
    private static Set<ImageMember.Status> memberStatus(@Nullable String asked) {
        if (asked == null) {
            return Set.of(ImageMember.Status.ACCEPTED);
        }
        if (asked.equals("all")) {
            return EnumSet.allOf(ImageMember.Status.class);
        }
        for (ImageMember.Status status : ImageMember.Status.values()) {
            if (status.wireName().equals(asked)) {
                return EnumSet.of(status);
            }
        }
        throw HttpFailure.badRequest("Invalid status: " + asked);
    }

    private static int limit(@Nullable String asked, PageLimits limits) {
        if (asked == null) {
            return limits.byDefault();
        }
        Long limit = number(asked);
        if (limit == null) {
            throw HttpFailure.badRequest("limit param must be an integer");
        }
        if (limit < 0) {
            throw HttpFailure.badRequest("limit param must be positive");
        }
        return (int) Math.min(limit, limits.most());
    }

    /** Either {@code sort=key:direction,…}, or {@code sort_key} with one {@code sort_dir} for all or one for each. */
    private static List<SortKey> sort(QueryString query) {
        String combined = query.last("sort");
        List<String> keys = query.all("sort_key");
        List<String> directions = query.all("sort_dir");
        List<SortKey> sort = new ArrayList<>();
        if (combined != null) {
            if (!keys.isEmpty() || !directions.isEmpty()) {
                throw HttpFailure.badRequest("Old and new sorting syntax cannot be combined");
            }
            for (String part : combined.strip().split(",", -1)) {
                int colon = part.indexOf(':');
                addKey(
                        sort,
                        colon < 0 ? part : part.substring(0, colon),
                        colon < 0 || colon == part.length() - 1
                                ? "desc"
                                : part.substring(colon + 1));
            }
            return ImageQuery.completeSort(sort, sort.size() == 1 && sort.getFirst().ascending());
        }
        if (directions.size() > 1 && directions.size() != keys.size()) {
            throw HttpFailure.badRequest(
                    "Number of sort dirs does not match the number of sort keys");
        }
        List<String> fields = keys.isEmpty() ? List.of("created_at") : keys;
        for (int i = 0; i < fields.size(); i++) {
            String direction =
                    directions.isEmpty() ? "desc" : directions.get(directions.size() == 1 ? 0 : i);
            addKey(sort, fields.get(i), direction);
        }
        return ImageQuery.completeSort(sort, directions.size() == 1 && sort.getFirst().ascending());
    }

    /** A key that is there already orders nothing more. */
    private static void addKey(List<SortKey> sort, String key, String direction) {
        Field field = SORT_KEYS.get(key.strip());
        if (field == null) {
            throw HttpFailure.badRequest(
                    "Invalid sort key: "
                            + key
                            + ". It must be one of the following: "
                            + String.join(", ", SORT_KEYS.keySet())
                            + ".");
        }
        boolean ascending = direction.strip().equals("asc");
        if (!ascending && !direction.strip().equals("desc")) {
            throw HttpFailure.badRequest("Invalid sort direction: " + direction);
        }
        if (sort.stream().noneMatch(earlier -> earlier.field() == field)) {
            sort.add(new SortKey(field, ascending));
        }
    }

    private static Map<String, Field> byName(Field... fields) {
        Map<String, Field> byName = new LinkedHashMap<>();
        for (Field field : fields) {
            byName.put(field.column(), field);
        }
        return byName;
    }
}
