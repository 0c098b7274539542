package mirage.glance.record;

import mirage.glance.database.Database;
import mirage.glance.database.Product;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A query for the images of one visibility, of everybody or of one owner, as SQL with its arguments. */
final class SqlSelect {
    private final StringBuilder where = new StringBuilder();
    private final List<Object> arguments = new ArrayList<>();
    private final Product product;
    private final ImageQuery query;

    private SqlSelect(Product product, ImageQuery query) {
        this.product = product;
        this.query = query;
    }

    /**
     * Selects that have no image in common and together give the first images of the query, each in its order.
     *
     * @param product of the database
     * @param shared ids of the images that the scope shows as to a member
     */
    static List<SqlSelect> forEachVisibility(
            Product product, ImageQuery query, List<String> shared) {
        List<SqlSelect> selects = new ArrayList<>();
        ImageQuery.Scope scope = query.scope();
        for (Visibility visibility : Visibility.values()) {
            if (scope.any().contains(visibility)) {
                SqlSelect ofAll = new SqlSelect(product, query);
                ofAll.and("visibility = ?", visibility.wireName());
                selects.add(ofAll);
                continue;
            }
            if (scope.own().contains(visibility)) {
                SqlSelect own = new SqlSelect(product, query);
                own.and("owner = ?", scope.project());
                own.and("visibility = ?", visibility.wireName());
                selects.add(own);
            }
            if (visibility == Visibility.SHARED && !shared.isEmpty()) {
                SqlSelect asMember = new SqlSelect(product, query);
                asMember.andMemberOf(scope, shared);
                selects.add(asMember);
            }
        }
        for (SqlSelect select : selects) {
            query.filters().forEach(select::andFilter);
            select.andAfter();
        }
        return selects;
    }

    List<ImageRow> run(Handle handle) {
        return bound(handle, sql()).map(ImageRow::read).list();
    }

    /** Ids and revisions of what the selects give, in one statement and in no order. */
    static Map<String, Long> revisions(Handle handle, List<SqlSelect> selects) {
        String sql =
                selects.stream()
                        .map(select -> "(" + select.sql("id, revision") + ")")
                        .collect(Collectors.joining(" UNION ALL "));
        List<Object> all = new ArrayList<>();
        selects.forEach(select -> all.addAll(select.arguments));
        return Database.ask(
                handle,
                sql,
                all,
                rows -> {
                    Map<String, Long> revisions = new HashMap<>();
                    while (rows.next()) {
                        revisions.put(rows.getString(1), rows.getLong(2));
                    }
                    return revisions;
                });
    }

    /** A statement that takes the arguments of this query, such as its text behind {@code EXPLAIN}. */
    Query bound(Handle handle, String sql) {
        Query statement = handle.createQuery(sql);
        for (int i = 0; i < arguments.size(); i++) {
            statement.bind(i, arguments.get(i));
        }
        return statement;
    }

    /** The text. */
    String sql() {
        return sql(ImageRow.COLUMNS);
    }

    private String sql(String columns) {
        return "SELECT "
                + columns
                + " FROM images i WHERE "
                + where
                + " ORDER BY "
                + (product.ordersByFixedColumns() ? fixedColumns() : "")
                + query.sort().stream()
                        .map(key -> key.field().column() + (key.ascending() ? "" : " DESC"))
                        .collect(Collectors.joining(", "))
                + " LIMIT "
                + query.limit();
    }

    /**
     * The columns that the conditions fix: they change nothing in the order, but make it the order of an index, which
     * then is read from its place on, and only as far as the limit.
     */
    private String fixedColumns() {
        String direction = query.sort().getFirst().ascending() ? "" : " DESC";
        return (where.indexOf("owner = ?") == 0 ? "owner" + direction + ", " : "")
                + "visibility"
                + direction
                + ", os_hidden"
                + direction
                + ", ";
    }

    private void and(String condition, Object... values) {
        if (!where.isEmpty()) {
            where.append(" AND ");
        }
        where.append(condition);
        arguments.addAll(List.of(values));
    }

    /** The ids of the images that a scope shows as to a member: few, so they lead the way to the images. */
    static List<String> sharedIds(Handle handle, ImageQuery.Scope scope) {
        if (scope.asMember().isEmpty() || scope.any().contains(Visibility.SHARED)) {
            return List.of();
        }
        List<Object> values = new ArrayList<>(List.of(scope.project()));
        scope.asMember().forEach(status -> values.add(status.wireName()));
        return Database.ask(
                handle,
                "SELECT image_id FROM image_members WHERE member = ? AND status IN (?"
                        + ", ?".repeat(values.size() - 2)
                        + ")",
                values,
                rows -> {
                    List<String> ids = new ArrayList<>();
                    while (rows.next()) {
                        ids.add(rows.getString(1));
                    }
                    return ids;
                });
    }

    private void andMemberOf(ImageQuery.Scope scope, List<String> shared) {
        and("id IN (?" + ", ?".repeat(shared.size() - 1) + ")", shared.toArray());
        and("visibility = ?", Visibility.SHARED.wireName());
        and("NOT owner = ?", scope.project());
    }

    private void andFilter(Filter filter) {
        switch (filter) {
            case Filter.OneOf(var field, var values) -> andOneOf(field, values);
            case Filter.Between(var field, long least, long greatest) ->
                    and(
                            field.column() + " BETWEEN ? AND ?",
                            Math.max(least, Field.UNKNOWN + 1),
                            greatest);
            case Filter.Is(var field, boolean value) -> and(field.column() + " = ?", value);
            case Filter.Within(var field, var from, var until, boolean negated) ->
                    and(
                            (negated ? "NOT " : "")
                                    + "("
                                    + field.column()
                                    + " >= ? AND "
                                    + field.column()
                                    + " < ?)",
                            Microseconds.of(from),
                            Microseconds.of(until));
            case Filter.Tagged(String tag) ->
                    and(
                            "EXISTS (SELECT 1 FROM image_tags t WHERE t.image_id = i.id"
                                    + " AND t.tag = ?)",
                            tag);
            case Filter.Property(String name, String value) ->
                    and(
                            "EXISTS (SELECT 1 FROM image_properties p WHERE p.image_id = i.id"
                                    + " AND p.property_name = ? AND p.property_value = ?)",
                            name,
                            value);
        }
    }

    private void andOneOf(Field.TextField field, Collection<String> values) {
        List<String> present = new ArrayList<>(values);
        if (field == Field.TextField.NAME) {
            and("named = TRUE");
        } else {
            present.removeIf(String::isEmpty);
        }
        if (present.isEmpty()) {
            and("1 = 0");
        } else if (present.size() == 1) {
            and(field.column() + " = ?", present.getFirst());
        } else {
            and(
                    field.column() + " IN (?" + ", ?".repeat(present.size() - 1) + ")",
                    present.toArray());
        }
    }

    /**
     * Only what comes behind the last image of the page before: larger in the first key; or equal in it and larger in
     * the second; and so on. The first condition says no more than that, but lets the database begin there.
     */
    private void andAfter() {
        ImageRecord last = query.after();
        if (last == null) {
            return;
        }
        List<ImageQuery.SortKey> keys = query.sort();
        ImageQuery.SortKey first = keys.getFirst();
        and(
                first.field().column() + (first.ascending() ? " >= ?" : " <= ?"),
                first.field().sortValue(last));
        StringBuilder behind = new StringBuilder();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            behind.append(i == 0 ? "(" : " OR (");
            for (int equal = 0; equal < i; equal++) {
                behind.append(keys.get(equal).field().column()).append(" = ? AND ");
                values.add(keys.get(equal).field().sortValue(last));
            }
            behind.append(keys.get(i).field().column())
                    .append(keys.get(i).ascending() ? " > ?)" : " < ?)");
            values.add(keys.get(i).field().sortValue(last));
        }
        and("(" + behind + ")", values.toArray());
    }
}
