package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.glance.InMemoryImageLibrary;
import mirage.glance.record.Field.FlagField;
import mirage.glance.record.Filter;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.MemoryImageRecords;
import mirage.glance.record.MemoryTasks;
import mirage.glance.record.ProjectUsage;
import mirage.glance.record.Tasks;
import mirage.glance.record.Visibility;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.library.StoredImage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Records and library that disagree, as after a crash or after work on the library alone. */
final class ReconciliationTest {
    private static final ImageId ID = new ImageId("11111111-2222-3333-4444-555555555555");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] QCOW2 =
            ByteBuffer.allocate(512).putInt(0x514649fb).putLong(24, 1L << 30).array();

    private final ImageRecords records = new MemoryImageRecords();
    private final Tasks tasks = new MemoryTasks();
    private final InMemoryImageLibrary library = new InMemoryImageLibrary();
    private final LibraryStore store = new LibraryStore("default", "", 0, library, Map.of());

    @AfterEach
    void twiceIsOnce() throws IOException {
        ImageRecord once = records.find(ID);
        reconcile();
        assertThat(records.find(ID)).isEqualTo(once);
    }

    private void reconcile() throws IOException {
        reconciliation(records).run(Set.of("alive"));
    }

    private Reconciliation reconciliation(ImageRecords of) {
        return new Reconciliation(of, tasks, ImageStores.single(store), "here", Clock.systemUTC());
    }

    private ImageRecord reconciled() throws IOException {
        reconcile();
        return Objects.requireNonNull(records.find(ID));
    }

    private StoredImage store(ImageId id, String name, byte[] bytes) throws IOException {
        return library.store(id, name, new ByteArrayInputStream(bytes));
    }

    private static ImageRecord queued() {
        return ImageRecord.queued(
                ID,
                new ImageAttributes.Draft()
                        .name("name")
                        .owner("web")
                        .diskFormat("raw")
                        .containerFormat("bare")
                        .build(),
                NOW);
    }

    @Test
    void anUploadThatWasCutShortIsUndone() throws IOException {
        records.add(queued().saving("dead", NOW));
        assertThat(reconciled().status()).isEqualTo(ImageStatus.QUEUED);
    }

    @Test
    void soIsOneThatTheLibraryHadFinished() throws IOException {
        records.add(queued().saving("dead", NOW));
        store(ID, "name", QCOW2);
        assertThat(reconciled().status()).isEqualTo(ImageStatus.QUEUED);
        assertThat(library.find(ID)).isNull();
    }

    @Test
    void whatANodeIsAtThatLivesStays() throws IOException {
        ImageRecord saving = queued().saving("alive", NOW);
        records.add(saving);
        store(ID, "name", QCOW2);
        assertThat(reconciled()).isEqualTo(saving);
        assertThat(library.find(ID)).isNotNull();
    }

    @Test
    void whatIsStagedStays() throws IOException {
        ImageRecord staged = queued().uploading("dead", NOW).staged(ImageData.undigested(512), NOW);
        records.add(staged);
        store(ID, "name", QCOW2);
        assertThat(reconciled()).isEqualTo(staged);
        assertThat(library.find(ID)).isNotNull();
    }

    @Test
    void stagingThatWasCutShortIsUndone() throws IOException {
        records.add(queued().uploading("dead", NOW));
        store(ID, "name", QCOW2);
        assertThat(reconciled().status()).isEqualTo(ImageStatus.QUEUED);
        assertThat(library.find(ID)).isNull();
    }

    @Test
    void anImportWithoutItsTaskIsUndone() throws IOException {
        records.add(
                queued().withImport(new ImageImport("gone", List.of("default"), List.of()), NOW)
                        .importing(NOW));
        ImageRecord after = reconciled();
        assertThat(after.status()).isEqualTo(ImageStatus.QUEUED);
        assertThat(after.imported()).isEqualTo(new ImageImport("", List.of(), List.of()));
    }

    /** The list that it decides from is old at once: here the import has ended well since. */
    @Test
    void whatHasEndedSinceItWasSeenKeepsItsBytes() throws IOException {
        ImageRecord importing =
                queued().withImport(new ImageImport("ended", List.of("default"), List.of()), NOW)
                        .importing(NOW);
        StoredImage stored = store(ID, "name", QCOW2);
        ImageData data =
                ImageData.digested(
                        512, 512L, true, stored.digests().md5(), stored.digests().sha512());
        records.add(importing.active(data, List.of(store.locationOf(ID)), NOW));
        reconciliation(new AsListed(records, importing)).undoUnfinished(Set.of("alive", "here"));
        assertThat(library.find(ID)).isNotNull();
        assertThat(reconciled().status()).isEqualTo(ImageStatus.ACTIVE);
    }

    @Test
    void whatWasDeletedSinceItWasSeenIsNoFailure() throws IOException {
        ImageRecord saving = queued().saving("dead", NOW);
        reconciliation(new AsListed(records, saving)).undoUnfinished(Set.of("alive", "here"));
        assertThat(records.find(ID)).isNull();
    }

    /** Two nodes undo: what the other has taken, this one leaves alone. */
    @Test
    void whatAnotherNodeUndoesStays() throws IOException {
        ImageRecord taken =
                queued().withImport(new ImageImport("gone", List.of("default"), List.of()), NOW)
                        .importing(NOW)
                        .movedBy("alive");
        records.add(taken);
        store(ID, "name", QCOW2);
        assertThat(reconciled()).isEqualTo(taken);
        assertThat(library.find(ID)).isNotNull();
    }

    /** Records that have changed since they were listed. */
    private record AsListed(ImageRecords now, ImageRecord then) implements ImageRecords {
        @Override
        public void add(ImageRecord record) {
            now.add(record);
        }

        @Override
        public @Nullable ImageRecord find(ImageId id) {
            return now.find(id);
        }

        @Override
        public ImageRecord update(ImageId id, UnaryOperator<ImageRecord> change) {
            return now.update(id, change);
        }

        @Override
        public void remove(ImageId id, Consumer<ImageRecord> check) {
            now.remove(id, check);
        }

        @Override
        public boolean wasRemoved(ImageId id) {
            return now.wasRemoved(id);
        }

        @Override
        public ProjectUsage usageOf(String project) {
            return now.usageOf(project);
        }

        @Override
        public List<ImageRecord> list(ImageQuery query) {
            return query.after() == null
                            && query.filters().contains(new Filter.Is(FlagField.OS_HIDDEN, false))
                    ? List.of(then)
                    : List.of();
        }
    }

    @Test
    void aDeletionThatWasCutShortIsFinished() throws IOException {
        records.add(queued());
        records.remove(ID, record -> {});
        store(ID, "name", QCOW2);
        reconcile();
        assertThat(library.find(ID)).isNull();
        assertThat(records.find(ID)).isNull();
    }

    @Test
    void aDeletionThatADyingNodeCutShortIsFinishedByOneThatRuns() throws IOException {
        Reconciliation running = reconciliation(records);
        running.run(Set.of("dying"));
        records.add(queued());
        records.remove(ID, record -> {});
        store(ID, "name", QCOW2);
        running.afterDeaths(Set.of("here", "dying"));
        assertThat(library.find(ID)).isNotNull();
        running.afterDeaths(Set.of("here"));
        assertThat(library.find(ID)).isNull();
    }

    @Test
    void whatTheLibraryHasAloneIsAdopted() throws IOException {
        StoredImage stored = store(ID, "imported", QCOW2);
        ImageRecord record = reconciled();
        assertThat(record.status()).isEqualTo(ImageStatus.ACTIVE);
        ImageAttributes attributes = record.attributes();
        assertThat(attributes.name()).isEqualTo("imported");
        assertThat(attributes.owner()).isEqualTo("admin");
        assertThat(attributes.diskFormat()).isEqualTo("qcow2");
        assertThat(attributes.containerFormat()).isEqualTo("bare");
        assertThat(attributes.visibility()).isEqualTo(Visibility.SHARED);
        assertThat(record.data())
                .isEqualTo(
                        ImageData.digested(
                                512,
                                1L << 30,
                                true,
                                stored.digests().md5(),
                                stored.digests().sha512()));
    }

    @Test
    void whatNobodyRecognisesIsAdoptedAsRaw() throws IOException {
        store(ID, "", new byte[7]);
        ImageRecord record = reconciled();
        assertThat(record.attributes().diskFormat()).isEqualTo("raw");
        assertThat(record.attributes().name()).isNull();
        assertThat(Objects.requireNonNull(record.data()).virtualSize()).isEqualTo(7);
    }

    @Test
    void whatWasImportedUnderAQueuedIdGoesToThatRecord() throws IOException {
        records.add(queued());
        store(ID, "other", new byte[7]);
        ImageRecord record = reconciled();
        assertThat(record.status()).isEqualTo(ImageStatus.ACTIVE);
        assertThat(record.attributes()).isEqualTo(queued().attributes());
        assertThat(Objects.requireNonNull(library.find(ID)).name()).isEqualTo("name");
    }

    @Test
    void whatTheLibraryLostKeepsItsRecord() throws IOException {
        StoredImage stored = store(ID, "name", new byte[7]);
        ImageData data =
                ImageData.digested(7, 7L, true, stored.digests().md5(), stored.digests().sha512());
        ImageRecord active =
                queued().saving("dead", NOW).active(data, List.of(store.locationOf(ID)), NOW);
        records.add(active);
        library.delete(ID);
        assertThat(reconciled()).isEqualTo(active);
    }

    @Test
    void anIdThatIsNoUuidStaysInTheLibraryOnly() throws IOException {
        ImageId odd = new ImageId("odd");
        store(odd, "odd", new byte[1]);
        reconcile();
        assertThat(records.find(odd)).isNull();
        assertThat(library.find(odd)).isNotNull();
    }
}
