package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Field.NumberField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

final class SqlImageRecordsTest extends ImageRecordsContract {
    @TempDir Path directory;

    @Override
    ImageRecords newRecords() throws IOException {
        return new SqlImageRecords(opened(Database.open(embedded("contract"))));
    }

    private DatabaseAddress embedded(String name) {
        return DatabaseAddress.embedded(directory.resolve(name));
    }

    @Test
    void recordsAndRemovalsOutliveTheProcess() throws IOException {
        try (Database database = Database.open(embedded("kept"))) {
            ImageRecords records = new SqlImageRecords(database);
            records.add(Records.record(1));
            records.add(Records.record(2));
            records.remove(Records.id(2), record -> {});
        }
        try (Database database = Database.open(embedded("kept"))) {
            ImageRecords records = new SqlImageRecords(database);
            assertThat(records.find(Records.id(1))).isEqualTo(Records.record(1));
            assertThat(records.wasRemoved(Records.id(2))).isTrue();
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws IOException {
        Path file = directory.resolve("broken");
        Files.writeString(directory.resolve("broken.mv.db"), "not a database".repeat(1000));
        assertThatThrownBy(() -> Database.open(DatabaseAddress.embedded(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    /** Queries made at random are answered as by the records in memory, page by page. */
    @Test
    void listsAsTheRecordsInMemoryDo() throws IOException {
        long seed = 20260102;
        Random random = new Random(seed);
        MemoryImageRecords memory = new MemoryImageRecords();
        try (Database database = Database.open(embedded("random"))) {
            ImageRecords sql = new SqlImageRecords(database);
            ImageMembers sqlMembers = new SqlImageMembers(database);
            for (int number = 1; number <= 120; number++) {
                ImageRecord record = randomRecord(number, random);
                sql.add(record);
                memory.add(record);
                if (random.nextInt(3) == 0) {
                    ImageMember member = randomMember(record, random);
                    sqlMembers.add(member);
                    memory.members().add(member);
                }
            }
            int found = 0;
            for (int round = 0; round < 400; round++) {
                ImageQuery query = randomQuery(random);
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

    private static ImageRecord randomRecord(int number, Random random) {
        ImageAttributes.Draft draft =
                new ImageAttributes.Draft()
                        .name(pickOrNull(random, "", "a", "b", "B", "ä"))
                        .diskFormat(pickOrNull(random, "raw", "qcow2"))
                        .containerFormat(pickOrNull(random, "bare"))
                        .visibility(pick(random, Visibility.values()))
                        .owner(pickOrNull(random, "web", "db"))
                        .isProtected(random.nextBoolean())
                        .isHidden(random.nextInt(4) == 0)
                        .minRam(random.nextInt(3));
        if (random.nextBoolean()) {
            draft.properties().put("os", pick(random, "linux", "bsd", ""));
        }
        if (random.nextBoolean()) {
            draft.tags().add(pick(random, "one", "two"));
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

    private static ImageMember randomMember(ImageRecord image, Random random) {
        return new ImageMember(
                image.id(),
                pick(random, "web", "db", "third"),
                pick(random, ImageMember.Status.values()),
                Records.START,
                Records.START);
    }

    private static ImageQuery randomQuery(Random random) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new Filter.Is(FlagField.OS_HIDDEN, random.nextInt(4) == 0));
        List<Filter> some =
                List.of(
                        new Filter.OneOf(TextField.NAME, Set.of(pick(random, "", "a", "B"))),
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
