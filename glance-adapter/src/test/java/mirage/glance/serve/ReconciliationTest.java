package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.glance.InMemoryImageLibrary;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageData;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.MemoryImageRecords;
import mirage.glance.record.MemoryTasks;
import mirage.glance.record.Tasks;
import mirage.glance.record.Visibility;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.library.StoredImage;

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
        new Reconciliation(records, tasks, ImageStores.single(store), Clock.systemUTC())
                .run(Set.of("alive"));
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
