package mirage.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.chunk.ChunkId;
import mirage.manifest.ManifestId;
import mirage.manifest.UploadDigests;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What every catalog promises. */
abstract class CatalogContract {
    static final ImageId UBUNTU = new ImageId("ubuntu");
    static final ImageId DEBIAN = new ImageId("Debian.12_x-1");

    abstract Catalog open() throws IOException;

    /** Whether an opened catalog holds what an earlier one of the same test did. */
    abstract boolean outlivesItsProcess();

    static CatalogEntry entry(ImageId image, String name) {
        return new CatalogEntry(
                image,
                name,
                12345678901L,
                new UploadDigests("0".repeat(32), "1".repeat(64), "2".repeat(128)),
                Instant.parse("2025-02-03T04:05:06.789Z"),
                null,
                image + "@node@1");
    }

    @Test
    void whatIsSwappedInIsFound() throws IOException {
        try (Catalog catalog = open()) {
            assertThat(catalog.find(UBUNTU)).isNull();
            assertThat(catalog.list()).isEmpty();
            CatalogEntry spooled = entry(UBUNTU, "Ubuntu \ud83d\ude80");
            catalog.swap(null, spooled);
            assertThat(catalog.find(UBUNTU)).isEqualTo(spooled);
            CatalogEntry structured = spooled.withManifest(new ManifestId(new ChunkId(1, 2, 3, 4)));
            catalog.swap(spooled, structured);
            assertThat(catalog.find(UBUNTU)).isEqualTo(structured);
            catalog.swap(null, entry(DEBIAN, ""));
            assertThat(catalog.list()).containsExactly(entry(DEBIAN, ""), structured);
            assertThat(catalog.damaged()).isEmpty();
        }
        if (outlivesItsProcess()) {
            try (Catalog catalog = open()) {
                assertThat(catalog.list()).hasSize(2);
                assertThat(catalog.find(DEBIAN)).isEqualTo(entry(DEBIAN, ""));
            }
        }
    }

    @Test
    void aSwapFromWhatIsNotThereChangesNothing() throws IOException {
        try (Catalog catalog = open()) {
            CatalogEntry first = entry(UBUNTU, "first");
            assertThatThrownBy(() -> catalog.swap(first, first.withName("second")))
                    .isInstanceOf(CatalogConflictException.class);
            assertThat(catalog.find(UBUNTU)).isNull();
            catalog.swap(null, first);
            assertThatThrownBy(() -> catalog.swap(null, first.withName("second")))
                    .isInstanceOf(CatalogConflictException.class);
            assertThatThrownBy(() -> catalog.swap(first.withName("x"), first.withName("second")))
                    .isInstanceOf(CatalogConflictException.class);
            assertThat(catalog.find(UBUNTU)).isEqualTo(first);
        }
    }

    @Test
    void whatIsRemovedIsGone() throws IOException {
        try (Catalog catalog = open()) {
            assertThat(catalog.remove(UBUNTU)).isNull();
            catalog.swap(null, entry(UBUNTU, "a"));
            assertThat(catalog.remove(UBUNTU)).isEqualTo(entry(UBUNTU, "a"));
            assertThat(catalog.find(UBUNTU)).isNull();
            catalog.swap(null, entry(UBUNTU, "b"));
            catalog.remove(UBUNTU);
        }
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).isEmpty();
        }
    }

    @Test
    void whatChangedMeanwhileIsNotRemoved() throws IOException {
        try (Catalog catalog = open()) {
            CatalogEntry seen = entry(UBUNTU, "a");
            assertThatThrownBy(() -> catalog.remove(seen))
                    .isInstanceOf(CatalogConflictException.class);
            catalog.swap(null, seen.withName("b"));
            assertThatThrownBy(() -> catalog.remove(seen))
                    .isInstanceOf(CatalogConflictException.class);
            assertThat(catalog.find(UBUNTU)).isEqualTo(seen.withName("b"));
            catalog.remove(seen.withName("b"));
            assertThat(catalog.find(UBUNTU)).isNull();
        }
    }

    @Test
    void anEntryHasAManifestOrASpool() {
        CatalogEntry spooled = entry(UBUNTU, "a");
        ManifestId manifest = new ManifestId(new ChunkId(1, 2, 3, 4));
        assertThat(spooled.withManifest(manifest).spool()).isNull();
        assertThat(spooled.withManifest(manifest).withSpool("x").manifest()).isNull();
        assertThat(spooled.withImage(DEBIAN).isOfSameUpload(spooled.withName("b"))).isTrue();
        for (String spool : List.of("", "../x", "a/b", "@x", "x".repeat(201))) {
            assertThatThrownBy(() -> spooled.withSpool(spool))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void ofManySwapsFromTheSameEntryOneSucceeds() throws Exception {
        try (Catalog catalog = open();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            CatalogEntry first = entry(UBUNTU, "first");
            catalog.swap(null, first);
            AtomicInteger succeeded = new AtomicInteger();
            List<Future<?>> swaps = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String name = "thread " + i;
                swaps.add(
                        threads.submit(() -> {
                            try {
                                catalog.swap(first, first.withName(name));
                                succeeded.incrementAndGet();
                            } catch (CatalogConflictException e) {
                                assertThat(e).hasMessageContaining("ubuntu");
                            }
                            return null;
                        }));
            }
            for (Future<?> swap : swaps) {
                swap.get();
            }
            assertThat(succeeded).hasValue(1);
        }
    }

    @Test
    void namesAreKeptAsTheyWillBeReadAgain() throws IOException {
        try (Catalog catalog = open()) {
            CatalogEntry odd = entry(UBUNTU, "half \ud800 a pair");
            assertThat(odd.name()).isEqualTo("half ? a pair");
            catalog.swap(null, odd);
            catalog.swap(null, entry(DEBIAN, "\u00e4".repeat(CatalogEntry.MAX_NAME_CHARS)));
            assertThatThrownBy(() -> odd.withName("x".repeat(CatalogEntry.MAX_NAME_CHARS + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        if (outlivesItsProcess()) {
            try (Catalog catalog = open()) {
                assertThat(catalog.find(UBUNTU)).isEqualTo(entry(UBUNTU, "half ? a pair"));
                assertThat(catalog.list()).hasSize(2);
            }
        }
    }
}
