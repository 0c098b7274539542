package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.Product;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;

import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A page of a list costs the same wherever it lies in 100,000 images, in both orders that clients use unasked. */
abstract class PageCostContract {
    private static final int IMAGES = 100_000;
    private static final int PAGE = 25;

    /** A database with nothing in it. */
    abstract DatabaseAddress newDatabase() throws Exception;

    @Test
    @Timeout(300)
    void allPagesCostTheSame() throws Exception {
        Scope tenant =
                new Scope(
                        "web",
                        EnumSet.allOf(Visibility.class),
                        Set.of(Visibility.PUBLIC),
                        Set.of(ImageMember.Status.ACCEPTED));
        List<SortKey> newest =
                ImageQuery.completeSort(List.of(new SortKey(TimeField.CREATED_AT, false)), false);
        List<SortKey> byName =
                ImageQuery.completeSort(List.of(new SortKey(TextField.NAME, true)), true);
        try (Database database = Database.open(newDatabase())) {
            fill(database);
            ImageRecords records = new SqlImageRecords(database);
            for (Scope scope : List.of(tenant, Scope.everything())) {
                for (List<SortKey> sort : List.of(newest, byName)) {
                    ImageQuery first =
                            new ImageQuery(
                                    scope,
                                    List.of(new Filter.Is(FlagField.OS_HIDDEN, false)),
                                    sort,
                                    null,
                                    PAGE);
                    ImageRecord last = farthest(records, first);
                    requireByIndex(database, first);
                    requireFlat(database, first, last);
                }
            }
        }
    }

    /**
     * The database reads each part of a page from an index in its order, and sorts nothing: but where it expects next
     * to no rows, as of community images here.
     */
    private static void requireByIndex(Database database, ImageQuery query) {
        String explain =
                database.product() == Product.MARIADB ? "EXPLAIN FORMAT=JSON " : "EXPLAIN ";
        Scope scope = query.scope();
        EnumSet<Visibility> many = EnumSet.complementOf(EnumSet.of(Visibility.COMMUNITY));
        Scope ofMany =
                new Scope(
                        scope.project(),
                        many,
                        scope.any().stream().filter(many::contains).collect(Collectors.toSet()),
                        Set.of());
        ImageQuery asked =
                new ImageQuery(ofMany, query.filters(), query.sort(), null, query.limit());
        for (SqlSelect select : SqlSelect.forEachVisibility(database.product(), asked, List.of())) {
            List<String> plan =
                    database.read(handle ->
                            select.bound(handle, explain + select.sql())
                                    .mapTo(String.class)
                                    .list());
            assertThat(String.join("\n", plan))
                    .as(select.sql())
                    .containsPattern(
                            "images_newest|images_named|owned_newest|owned_named|"
                                    + "IMAGES_NEWEST|IMAGES_NAMED|OWNED_NEWEST|OWNED_NAMED")
                    .doesNotContain("filesort", "Sort", "temporary_table");
        }
    }

    /** Compares medians, so that a pause of the machine does not count. */
    private static void requireFlat(Database database, ImageQuery first, ImageRecord last) {
        ImageRecords records = new SqlImageRecords(database);
        List<Long> nanos = new ArrayList<>();
        ImageQuery query = first;
        for (int page = 0; page < 400; page++) {
            long start = System.nanoTime();
            List<ImageRecord> images = records.list(query);
            nanos.add(System.nanoTime() - start);
            query = query.startingAfter(images.getLast());
        }
        List<Long> deep = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            // Nothing is known of these images yet, as of those near the beginning.
            ImageRecords unknowing = new SqlImageRecords(database);
            long start = System.nanoTime();
            assertThat(unknowing.list(first.startingAfter(last))).hasSize(PAGE);
            deep.add(System.nanoTime() - start);
        }
        long near = median(nanos.subList(100, 400));
        long far = median(deep);
        System.out.printf(
                Locale.ROOT,
                "%s: page of %d by %s, %s: near %.2f ms, far %.2f ms%n",
                database.product(),
                PAGE,
                first.sort().getFirst().field(),
                first.scope().any().size() == 4 ? "administrator" : "tenant",
                near / 1e6,
                far / 1e6);
        assertThat(far).isLessThan(3 * near + 5_000_000);
        // A machine under load has pauses at every round trip; the plans above say that nothing is
        // sorted.
        assertThat(near).isLessThan(500_000_000);
    }

    /** An image with little but a page behind it. */
    private static ImageRecord farthest(ImageRecords records, ImageQuery first) {
        ImageQuery backwards =
                new ImageQuery(
                        first.scope(),
                        first.filters(),
                        first.sort().stream()
                                .map(key -> new SortKey(key.field(), !key.ascending()))
                                .toList(),
                        null,
                        2 * PAGE);
        return records.list(backwards).getLast();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void fill(Database database) {
        for (int start = 0; start < IMAGES; start += 5_000) {
            insert(database, start, start + 5_000);
        }
        // Servers do so by themselves after a while.
        switch (database.product()) {
            case H2 -> {}
            case MARIADB ->
                    database.read(
                            handle -> handle.createQuery("ANALYZE TABLE images").mapToMap().list());
            case POSTGRESQL -> database.read(handle -> handle.execute("ANALYZE images"));
        }
    }

    private static void insert(Database database, int start, int end) {
        database.change(handle -> {
            PreparedBatch batch =
                    handle.prepareBatch(
                            "INSERT INTO images ("
                                    + ImageRow.COLUMNS
                                    + ") VALUES (?"
                                    + ", ?".repeat(ImageRow.COLUMN_COUNT - 1)
                                    + ")");
            for (int number = start; number < end; number++) {
                batch.add(ImageRow.valuesOf(image(number)));
            }
            return batch.execute();
        });
    }

    /** Many share a second, few are public or belong to the tenant. */
    private static ImageRecord image(int number) {
        Visibility visibility =
                number % 10 == 0
                        ? Visibility.PUBLIC
                        : number % 3 == 0 ? Visibility.PRIVATE : Visibility.SHARED;
        ImageRecord record = Records.record(number);
        return ImageRecord.queued(
                record.id(),
                new ImageAttributes.Draft()
                        .name("image " + number % 1000)
                        .owner(number % 50 == 7 ? "web" : "project " + number % 50)
                        .visibility(visibility)
                        .build(),
                Records.START.plusSeconds(number / 100));
    }
}
