package mirage.glance.record;

import static mirage.glance.record.Records.id;
import static mirage.glance.record.Records.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.database.Product;
import mirage.glance.record.Field.NumberField;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** What every keeper of image records promises. */
abstract class ImageRecordsContract {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final List<SortKey> NEWEST_FIRST =
            ImageQuery.completeSort(List.of(new SortKey(TimeField.CREATED_AT, false)), false);

    private ImageRecords records;

    abstract ImageRecords newRecords() throws Exception;

    /** The order of texts. */
    Comparator<String> textOrder() {
        return Product.BY_BYTES;
    }

    @BeforeEach
    void open() throws Exception {
        records = newRecords();
    }

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Is closed when the test ends. */
    <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void givesBackWhatWasAdded() {
        ImageRecord full =
                record(1)
                        .withAttributes(
                                new ImageAttributes.Draft()
                                        .name("ein Bild – 图像")
                                        .diskFormat("qcow2")
                                        .containerFormat("bare")
                                        .visibility(Visibility.COMMUNITY)
                                        .owner("web")
                                        .isProtected(true)
                                        .isHidden(true)
                                        .minRam(512)
                                        .minDisk(Integer.MAX_VALUE)
                                        .build(),
                                NOW);
        ImageAttributes.Draft draft = full.attributes().draft();
        draft.properties().put("os_distro", "debian");
        draft.properties().put("long", "v".repeat(60_000));
        draft.properties().put("empty", "");
        draft.tags().add("a tag");
        draft.tags().add("b");
        full = full.withAttributes(draft.build(), NOW);
        full = Records.active(full.saving("here", NOW), 7, NOW);
        records.add(full);
        assertThat(records.find(full.id())).isEqualTo(full);
    }

    @Test
    void absentAndEmptyNamesAreDifferent() {
        records.add(record(1).withAttributes(new ImageAttributes.Draft().build(), NOW));
        records.add(record(2).withAttributes(new ImageAttributes.Draft().name("").build(), NOW));
        assertThat(existing(1).attributes().name()).isNull();
        assertThat(existing(2).attributes().name()).isEmpty();
        assertThat(records.find(id(3))).isNull();
    }

    @Test
    void anIdIsUsedOnceForEver() {
        records.add(record(1));
        assertThatThrownBy(() -> records.add(record(1))).isInstanceOf(RecordExistsException.class);
        assertThat(records.wasRemoved(id(1))).isFalse();
        records.remove(id(1), record -> {});
        assertThat(records.find(id(1))).isNull();
        assertThat(records.wasRemoved(id(1))).isTrue();
        assertThatThrownBy(() -> records.add(record(1))).isInstanceOf(RecordExistsException.class);
        assertThat(records.find(id(1))).isNull();
    }

    @Test
    void countsWhatAProjectTakes() {
        assertThat(records.usageOf("web")).isEqualTo(ProjectUsage.NOTHING);
        records.add(record(1));
        records.add(record(2));
        records.update(id(2), image -> image.saving("here", NOW));
        records.add(record(3));
        records.update(id(3), image -> image.saving("here", NOW));
        records.update(id(3), image -> Records.active(image, 100, NOW));
        // In two places, and being copied to a third.
        records.update(
                id(3),
                image ->
                        image.withLocations(
                                        List.of(
                                                image.locations().getFirst(),
                                                ImageLocation.at("b", "mirage://b/3")),
                                        NOW)
                                .withImport(
                                        new ImageImport("a task", List.of("c"), List.of()), NOW));
        records.add(record(4));
        records.update(id(4), image -> image.uploading("here", NOW));
        records.update(id(4), image -> image.staged(ImageData.undigested(30), NOW));
        records.add(record(5));
        records.update(id(5), image -> image.saving("here", NOW));
        records.update(id(5), image -> Records.active(image, 7, NOW));
        records.update(
                id(5), image -> image.withImport(new ImageImport("", List.of(), List.of()), NOW));
        assertThat(records.usageOf("web")).isEqualTo(new ProjectUsage(207, 130, 5, 3));
        assertThat(records.usageOf("WEB")).isEqualTo(ProjectUsage.NOTHING);
        records.remove(id(3), image -> {});
        assertThat(records.usageOf("web")).isEqualTo(new ProjectUsage(7, 30, 4, 2));
    }

    @Test
    void usageThatNoNumberHoldsIsTheGreatestOne() {
        for (int i = 1; i <= 3; i++) {
            records.add(record(i));
            records.update(id(i), image -> image.saving("here", NOW));
            records.update(id(i), image -> Records.active(image, Long.MAX_VALUE / 2, NOW));
        }
        assertThat(records.usageOf("web")).isEqualTo(new ProjectUsage(Long.MAX_VALUE, 0, 3, 0));
    }

    @Test
    void aChangeThatThrowsChangesNothing() {
        records.add(record(1));
        assertThatThrownBy(() ->
                        records.update(
                                id(1),
                                record -> {
                                    throw new IllegalArgumentException("no");
                                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThatThrownBy(() ->
                        records.remove(
                                id(1),
                                record -> {
                                    throw new IllegalArgumentException("protected");
                                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(records.find(id(1))).isEqualTo(record(1));
    }

    @Test
    void whatIsNotThereCannotBeChanged() {
        assertThatThrownBy(() -> records.update(id(9), record -> record))
                .isInstanceOf(RecordNotFoundException.class);
        assertThatThrownBy(() -> records.remove(id(9), record -> {}))
                .isInstanceOf(RecordNotFoundException.class);
    }

    @Test
    void updatesReplacePropertiesAndTags() {
        ImageAttributes.Draft draft = record(1).attributes().draft();
        draft.properties().put("gone", "1");
        draft.properties().put("kept", "1");
        draft.tags().add("old");
        records.add(record(1).withAttributes(draft.build(), NOW));
        ImageRecord after =
                records.update(
                        id(1),
                        record -> {
                            ImageAttributes.Draft next = record.attributes().draft();
                            next.properties().remove("gone");
                            next.properties().put("kept", "2");
                            next.tags().clear();
                            next.tags().add("new");
                            return record.withAttributes(next.build(), NOW);
                        });
        assertThat(records.find(id(1))).isEqualTo(after);
        assertThat(after.attributes().properties()).containsOnlyKeys("kept");
        assertThat(after.attributes().tags()).containsExactly("new");
    }

    @Test
    void oneChangesAtATime() throws Exception {
        records.add(record(1));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ImageRecord>> changes =
                    IntStream.range(0, 50)
                            .mapToObj(
                                    i -> threads.submit(() -> records.update(id(1), this::oneMore)))
                            .toList();
            for (Future<ImageRecord> change : changes) {
                change.get();
            }
        }
        assertThat(existing(1).attributes().minRam()).isEqualTo(50);
    }

    private ImageRecord existing(int number) {
        return Objects.requireNonNull(records.find(id(number)));
    }

    private ImageRecord oneMore(ImageRecord record) {
        return record.withAttributes(
                record.attributes().draft().minRam(record.attributes().minRam() + 1).build(), NOW);
    }

    /** Name, property, tag and status change together; so readers find them. */
    @Test
    void readersSeeNoHalfOfAChange() throws Exception {
        records.add(numbered(record(1), 0));
        ImageQuery all = everything(List.of(), NEWEST_FIRST);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer =
                    threads.submit(() -> {
                        for (int number = 1; number <= 200; number++) {
                            int next = number;
                            records.update(id(1), before -> numbered(before, next));
                        }
                    });
            while (!writer.isDone()) {
                requireWhole(existing(1));
                records.list(all).forEach(ImageRecordsContract::requireWhole);
            }
            writer.get();
        }
        assertThat(existing(1)).isEqualTo(numbered(existing(1), 200));
    }

    /** A client takes a short page for the last one. */
    @Test
    void pagesAreFullWhileOthersAddChangeAndRemove() throws Exception {
        records.add(record(1));
        ImageQuery newest = new ImageQuery(Scope.everything(), List.of(), NEWEST_FIRST, null, 1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                int first = 1000 * (writer + 1);
                writers.add(threads.submit(() -> churn(first, 100)));
            }
            while (!writers.stream().allMatch(Future::isDone)) {
                assertThat(records.list(newest)).hasSize(1);
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
    }

    /** Adds, changes and removes images one after another, each newer than those before. */
    private void churn(int first, int count) {
        for (int number = first; number < first + count; number++) {
            records.add(record(number));
            records.update(id(number), this::oneMore);
            records.remove(id(number), record -> {});
        }
    }

    private static ImageRecord numbered(ImageRecord record, int number) {
        String text = String.valueOf(number);
        ImageAttributes.Draft draft = new ImageAttributes.Draft().name(text);
        draft.properties().put("number", text);
        draft.tags().add(text);
        ImageRecord queued = ImageRecord.queued(record.id(), draft.build(), record.createdAt());
        return number % 2 == 0 ? queued : Records.active(queued.saving("here", NOW), 7, NOW);
    }

    private static void requireWhole(ImageRecord record) {
        String number = Objects.requireNonNull(record.attributes().name());
        assertThat(record.attributes().properties()).containsEntry("number", number);
        assertThat(record.attributes().tags()).containsExactly(number);
        assertThat(record.locations()).hasSize(Integer.parseInt(number) % 2);
    }

    @Test
    void onlyOneOfManyAddsAnId() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> adds =
                    IntStream.range(0, 20).mapToObj(i -> threads.submit(this::addFirst)).toList();
            int added = 0;
            for (Future<Boolean> add : adds) {
                added += add.get() ? 1 : 0;
            }
            assertThat(added).isEqualTo(1);
        }
    }

    private boolean addFirst() {
        try {
            records.add(record(1));
            return true;
        } catch (RecordExistsException other) {
            return false;
        }
    }

    @Test
    void theScopeDecidesWhoSeesWhat() {
        int number = 0;
        for (String owner : List.of("web", "other")) {
            for (Visibility visibility : Visibility.values()) {
                records.add(
                        record(++number)
                                .withAttributes(
                                        new ImageAttributes.Draft()
                                                .name(owner + " " + visibility.wireName())
                                                .owner(owner)
                                                .visibility(visibility)
                                                .build(),
                                        NOW));
            }
        }
        Scope user =
                new Scope(
                        "web",
                        EnumSet.allOf(Visibility.class),
                        Set.of(Visibility.PUBLIC),
                        Set.of());
        assertThat(names(new ImageQuery(user, List.of(), NEWEST_FIRST, null, 100)))
                .containsExactlyInAnyOrder(
                        "web private", "web shared", "web community", "web public", "other public");
        assertThat(names(new ImageQuery(Scope.everything(), List.of(), NEWEST_FIRST, null, 100)))
                .hasSize(8);
        Scope nothing = new Scope("web", Set.of(), Set.of(), Set.of());
        assertThat(names(new ImageQuery(nothing, List.of(), NEWEST_FIRST, null, 100))).isEmpty();
    }

    private List<String> names(ImageQuery query) {
        return records.list(query).stream().map(image -> image.attributes().name()).toList();
    }

    /** Texts that databases like to take for one another are different, and sorted by their bytes. */
    @Test
    void textsCompareByteByByte() {
        List<String> names =
                List.of(
                        "A",
                        "B",
                        "a",
                        "a ",
                        "a\t",
                        "b",
                        "e\u0301",
                        "\u00E9",
                        "\u00DF",
                        "ss",
                        "\uFB00",
                        "\uD83D\uDE00",
                        "\uD83D\uDE01",
                        "");
        for (int number = 0; number < names.size(); number++) {
            String name = names.get(number);
            ImageAttributes.Draft draft = new ImageAttributes.Draft().name(name);
            draft.properties().put("p" + name, name);
            draft.tags().addAll(names);
            records.add(record(number).withAttributes(draft.build(), NOW));
        }
        List<SortKey> byName =
                ImageQuery.completeSort(List.of(new SortKey(TextField.NAME, true)), true);
        assertThat(names(everything(List.of(), byName)))
                .containsExactlyElementsOf(names.stream().sorted(textOrder()).toList());
        for (int number = 0; number < names.size(); number++) {
            String name = names.get(number);
            assertThat(
                            names(
                                    everything(
                                            List.of(new Filter.OneOf(TextField.NAME, Set.of(name))),
                                            byName)))
                    .containsExactly(name);
            assertThat(names(everything(List.of(new Filter.Property("p" + name, name)), byName)))
                    .containsExactly(name);
            assertThat(existing(number).attributes().tags()).hasSize(names.size());
        }
        assertThat(names(everything(List.of(new Filter.Tagged("SS")), byName))).isEmpty();
    }

    private static ImageQuery everything(List<Filter> filters, List<SortKey> sort) {
        return new ImageQuery(Scope.everything(), filters, sort, null, 100);
    }

    @Test
    void unknownValuesEqualNothing() {
        records.add(record(1).withAttributes(new ImageAttributes.Draft().build(), NOW));
        for (Filter filter :
                List.of(
                        new Filter.OneOf(TextField.NAME, Set.of("")),
                        new Filter.OneOf(TextField.DISK_FORMAT, Set.of("")),
                        new Filter.OneOf(TextField.CHECKSUM, Set.of("")),
                        new Filter.OneOf(TextField.STATUS, Set.of()),
                        new Filter.Between(NumberField.SIZE, Long.MIN_VALUE, Long.MAX_VALUE))) {
            assertThat(
                            records.list(
                                    new ImageQuery(
                                            Scope.everything(),
                                            List.of(filter),
                                            NEWEST_FIRST,
                                            null,
                                            10)))
                    .as("%s", filter)
                    .isEmpty();
        }
    }

    @Test
    void aLimitOfZeroGivesNothing() {
        records.add(record(1));
        assertThat(
                        records.list(
                                new ImageQuery(
                                        Scope.everything(), List.of(), NEWEST_FIRST, null, 0)))
                .isEmpty();
    }
}
