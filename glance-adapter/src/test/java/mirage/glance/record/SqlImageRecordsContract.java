package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.Product;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.NumberField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** What the keeper of image records promises on every database. */
abstract class SqlImageRecordsContract extends ImageRecordsContract {
    /** A database with nothing in it. */
    abstract DatabaseAddress newDatabase() throws Exception;

    @Override
    ImageRecords newRecords() throws Exception {
        return new SqlImageRecords(opened(Database.open(newDatabase())));
    }

    @Test
    void recordsAndRemovalsOutliveTheProcess() throws Exception {
        DatabaseAddress address = newDatabase();
        try (Database database = Database.open(address)) {
            ImageRecords records = new SqlImageRecords(database);
            records.add(Records.record(1));
            records.add(Records.record(2));
            records.remove(Records.id(2), record -> {});
        }
        try (Database database = Database.open(address)) {
            ImageRecords records = new SqlImageRecords(database);
            assertThat(records.find(Records.id(1))).isEqualTo(Records.record(1));
            assertThat(records.wasRemoved(Records.id(2))).isTrue();
        }
    }

    /** What one process keeps of what it has read never hides what another one has changed. */
    @Test
    void anotherProcessSeesEachChangeAtOnce() throws Exception {
        DatabaseAddress address = newDatabase();
        try (Database database = Database.open(address)) {
            ImageRecords one = new SqlImageRecords(database);
            ImageRecords other = new SqlImageRecords(database);
            List<SortKey> newest =
                    ImageQuery.completeSort(
                            List.of(new SortKey(TimeField.CREATED_AT, false)), false);
            ImageQuery all = new ImageQuery(Scope.everything(), List.of(), newest, null, 100);
            for (int number = 1; number <= 5; number++) {
                one.add(Records.record(number));
            }
            assertThat(other.list(all)).isEqualTo(one.list(all)).hasSize(5);
            for (int number = 1; number <= 5; number++) {
                ImageRecord before = Objects.requireNonNull(other.find(Records.id(number)));
                ImageAttributes.Draft draft = before.attributes().draft();
                draft.tags().add("changed");
                draft.properties().put("by", "one");
                ImageRecord changed =
                        one.update(
                                before.id(),
                                record -> record.withAttributes(draft.build(), record.updatedAt()));
                assertThat(other.find(before.id())).isEqualTo(changed).isNotEqualTo(before);
                assertThat(other.list(all)).contains(changed).doesNotContain(before);
            }
            one.remove(Records.id(3), record -> {});
            assertThat(other.find(Records.id(3))).isNull();
            assertThat(other.list(all)).hasSize(4).isEqualTo(one.list(all));
        }
    }

    /** Queries made at random are answered as by the records in memory, page by page. */
    @Test
    void listsAsTheRecordsInMemoryDo() throws Exception {
        long seed = 20260102;
        Random random = new Random(seed);
        MemoryImageRecords memory = new MemoryImageRecords();
        try (Database database = Database.open(newDatabase())) {
            ImageRecords sql = new SqlImageRecords(database);
            ImageMembers sqlMembers = new SqlImageMembers(database);
            for (int number = 1; number <= 120; number++) {
                ImageRecord record = randomRecord(number, random, database.product());
                sql.add(record);
                memory.add(record);
                if (random.nextInt(3) == 0) {
                    ImageMember member = randomMember(record, random);
                    sqlMembers.add(member, 1000);
                    memory.members().add(member, 1000);
                }
            }
            int found = 0;
            for (int round = 0; round < 400; round++) {
                ImageQuery query = randomQuery(random, database.product());
                while (true) {
                    List<ImageRecord> page = memory.list(query);
                    assertThat(sql.list(query)).as("seed %d: %s", seed, query).isEqualTo(page);
                    found += page.size();
                    if (page.isEmpty()) {
                        break;
                    }
                    query = query.startingAfter(page.getLast());
                }
            }
            assertThat(found).isGreaterThan(2000);
        }
    }

    private static ImageRecord randomRecord(int number, Random random, Product product) {
        ImageAttributes.Draft draft =
                new ImageAttributes.Draft()
                        .name(pickOrNull(random, names(product)))
                        .diskFormat(pickOrNull(random, "raw", "qcow2"))
                        .containerFormat(pickOrNull(random, "bare"))
                        .visibility(pick(random, Visibility.values()))
                        .owner(pickOrNull(random, "web", "db"))
                        .isProtected(random.nextBoolean())
                        .isHidden(random.nextInt(4) == 0)
                        .minRam(random.nextInt(3));
        if (random.nextBoolean()) {
            draft.properties().put("os", pick(random, "linux", "Linux", "linux ", ""));
        }
        if (random.nextBoolean()) {
            draft.tags().add(pick(random, "one", "One", "two"));
        }
        ImageRecord record =
                ImageRecord.queued(
                        Records.id(number),
                        draft.build(),
                        Records.START.plusSeconds(random.nextInt(20)));
        if (random.nextBoolean()) {
            record =
                    Records.active(
                            record.saving("here", Records.START),
                            random.nextInt(3),
                            Records.START.plusSeconds(number));
        }
        return record;
    }

    /** Among them some that databases like to take for one another. */
    private static String[] names(Product product) {
        String[] names = {"", "a", "a ", "b", "B", "ä", "\uFB00", "\uD83D\uDE00"};
        // Only the last two does the embedded database sort otherwise than memory.
        return product == Product.H2 ? Arrays.copyOf(names, names.length - 1) : names;
    }

    private static ImageMember randomMember(ImageRecord image, Random random) {
        return new ImageMember(
                image.id(),
                pick(random, "web", "db", "third"),
                pick(random, ImageMember.Status.values()),
                Records.START,
                Records.START);
    }

    private static ImageQuery randomQuery(Random random, Product product) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new Filter.Is(FlagField.OS_HIDDEN, random.nextInt(4) == 0));
        List<Filter> some =
                List.of(
                        new Filter.OneOf(TextField.NAME, Set.of(pick(random, names(product)))),
                        new Filter.OneOf(TextField.NAME, Set.of("a", "", "none")),
                        new Filter.OneOf(TextField.STATUS, Set.of("active")),
                        new Filter.OneOf(TextField.OWNER, Set.of("db")),
                        new Filter.Between(NumberField.SIZE, 0, random.nextInt(3)),
                        new Filter.Is(FlagField.PROTECTED, random.nextBoolean()),
                        new Filter.Within(
                                TimeField.CREATED_AT,
                                Records.START.plusSeconds(random.nextInt(20)),
                                Records.START.plusSeconds(15),
                                random.nextBoolean()),
                        new Filter.Tagged("one"),
                        new Filter.Property("os", pick(random, "linux", "")));
        IntStream.range(0, random.nextInt(3))
                .forEach(i -> filters.add(some.get(random.nextInt(some.size()))));
        List<SortKey> keys = new ArrayList<>();
        List<Field> fields =
                List.of(
                        TextField.NAME,
                        TextField.STATUS,
                        TextField.DISK_FORMAT,
                        NumberField.SIZE,
                        TextField.ID,
                        TimeField.CREATED_AT,
                        TimeField.UPDATED_AT);
        for (int i = 0; i <= random.nextInt(3); i++) {
            Field field = fields.get(random.nextInt(fields.size()));
            if (keys.stream().noneMatch(key -> key.field() == field)) {
                keys.add(new SortKey(field, random.nextBoolean()));
            }
        }
        Set<Visibility> any = EnumSet.noneOf(Visibility.class);
        Set<Visibility> own = EnumSet.noneOf(Visibility.class);
        for (Visibility visibility : Visibility.values()) {
            if (random.nextInt(3) == 0) {
                any.add(visibility);
            }
            if (random.nextBoolean()) {
                own.add(visibility);
            }
        }
        Set<ImageMember.Status> asMember = EnumSet.noneOf(ImageMember.Status.class);
        for (ImageMember.Status status : ImageMember.Status.values()) {
            if (random.nextBoolean()) {
                asMember.add(status);
            }
        }
        return new ImageQuery(
                new Scope("web", own, any, asMember),
                filters,
                ImageQuery.completeSort(keys, random.nextBoolean()),
                null,
                1 + random.nextInt(15));
    }

    private static @Nullable String pickOrNull(Random random, String... values) {
        return random.nextInt(4) == 0 ? null : pick(random, values);
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }
}
