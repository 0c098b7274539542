package mirage.glance.metadef.api;

import mirage.glance.http.HttpFailure;
import mirage.glance.http.QueryString;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceQuery;
import mirage.glance.metadef.NamespaceQuery.SortKey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/** A list of namespaces as a client asks for it. */
record NamespaceListRequest(
        QueryString query,
        @Nullable String visibility,
        @Nullable List<String> resourceTypes,
        SortKey sort,
        boolean ascending,
        @Nullable String marker,
        int limit) {
    /**
     * Reads the parameters of a request. Those that are not known are left alone.
     *
     * @throws HttpFailure 400 for a value that a parameter cannot have
     */
    static NamespaceListRequest of(QueryString query, int pageByDefault, int mostOfAPage) {
        String visibility = query.last("visibility");
        requireVisibility(visibility);
        String types = query.last("resource_types");
        String limit = query.last("limit");
        return new NamespaceListRequest(
                query,
                visibility,
                types == null ? null : List.of(types.split(",")),
                sortKey(query.last("sort_key")),
                isAscending(query.last("sort_dir")),
                query.last("marker"),
                limit == null ? pageByDefault : Math.min(limit(limit), mostOfAPage));
    }

    NamespaceQuery queryFor(boolean isAdmin, @Nullable String project, @Nullable Namespace after) {
        return new NamespaceQuery(
                isAdmin, project, visibility, resourceTypes, sort, ascending, after, limit);
    }

    String linkToFirst() {
        return query.without("marker").after(MetadefJson.NAMESPACES);
    }

    String linkAfter(String name) {
        return query.without("marker").with("marker", name).after(MetadefJson.NAMESPACES);
    }

    static void requireVisibility(@Nullable String visibility) {
        if (visibility != null && !List.of("public", "private", "").contains(visibility)) {
            throw HttpFailure.badRequest("Invalid visibility value: " + visibility);
        }
    }

    static boolean isAscending(@Nullable String direction) {
        if (direction != null && !direction.equals("asc") && !direction.equals("desc")) {
            throw HttpFailure.badRequest("Invalid sort direction: " + direction);
        }
        return "asc".equals(direction);
    }

    /** A limit, which is not negative. */
    static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit < 0) {
                throw HttpFailure.badRequest("limit param must be positive");
            }
            return limit;
        } catch (NumberFormatException malformed) {
            throw HttpFailure.badRequest("limit param must be an integer");
        }
    }

    private static SortKey sortKey(@Nullable String asked) {
        if (asked == null) {
            return SortKey.CREATED_AT;
        }
        for (SortKey key : SortKey.values()) {
            if (key.name().toLowerCase(Locale.ROOT).equals(asked)) {
                return key;
            }
        }
        throw HttpFailure.badRequest("Invalid sort key: " + asked);
    }
}
