package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.chunk.ChunkId;
import mirage.pack.PackTables.Named;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** What every {@link ChunkIndex} promises. */
public abstract class ChunkIndexContract {
    private static final Named AB = PackTables.named(1, List.of("a", "b"));
    private static final Named BC = PackTables.named(2, List.of("b", "cc"));
    private static final Named CD = PackTables.named(3, List.of("cc", "d"));

    protected ChunkIndex index;

    /** An empty index. */
    protected abstract ChunkIndex newIndex() throws IOException;

    @BeforeEach
    final void openIndex() throws IOException {
        index = newIndex();
    }

    @AfterEach
    final void closeIndex() throws IOException {
        index.close();
    }

    @Test
    final void findsWhatWasAdded() throws IOException {
        Named pack = PackTables.named(1, List.of("a", "bb", "ccc", "d", "ee"));
        add(pack);
        assertThat(index.find(id("a"))).isEqualTo(new ChunkPlace(pack.id(), 0, 0, 1));
        assertThat(index.find(id("ccc"))).isEqualTo(new ChunkPlace(pack.id(), 0, 3, 3));
        assertThat(index.find(id("ee"))).isEqualTo(new ChunkPlace(pack.id(), 1, 1, 2));
        assertThat(index.find(id("x"))).isNull();
        assertThat(index.packs()).containsExactly(pack.id());
    }

    @Test
    final void anEmptyIndexFindsNothing() throws IOException {
        assertThat(index.find(id("a"))).isNull();
        assertThat(index.packs()).isEmpty();
        assertThat(index.statistics()).isEqualTo(StoreStatistics.EMPTY);
        index.removePacks(Set.of(AB.id()));
    }

    @Test
    final void findsManyAtOnceInTheirOrder() throws IOException {
        List<String> names = IntStream.range(0, 5000).mapToObj(i -> "chunk " + i).toList();
        add(PackTables.named(1, names));
        List<ChunkId> ids = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            ids.add(i % 3 == 0 ? id("missing " + i) : id("chunk " + i));
        }
        @Nullable ChunkPlace[] places = new ChunkPlace[ids.size() + 1];
        index.findAll(ids, places);
        for (int i = 0; i < ids.size(); i++) {
            assertThat(places[i]).as("%d", i).isEqualTo(index.find(ids.get(i)));
            assertThat(places[i] == null).isEqualTo(i % 3 == 0);
        }
        index.findAll(List.of(), places);
    }

    @Test
    final void addingAPackAgainChangesNothing() throws IOException {
        add(AB);
        StoreStatistics before = index.statistics();
        add(AB);
        assertThat(index.statistics()).isEqualTo(before);
        index.removePacks(Set.of(AB.id()));
        assertThat(index.find(id("a"))).isNull();
    }

    @Test
    final void countsWhatThePacksHold() throws IOException {
        add(AB);
        add(BC);
        assertThat(index.statistics())
                .isEqualTo(
                        new StoreStatistics(
                                4, 5, 2, AB.table().packBytes() + BC.table().packBytes()));
        assertThat(index.chunkCount()).isEqualTo(4);
        assertThat(index.storedBytes()).isEqualTo(AB.table().packBytes() + BC.table().packBytes());
        index.removePacks(Set.of(AB.id(), BC.id()));
        assertThat(index.statistics()).isEqualTo(StoreStatistics.EMPTY);
    }

    @Test
    final void aChunkOfARemovedPackIsFoundInAnother() throws IOException {
        add(AB);
        add(BC);
        add(CD);
        index.removePacks(Set.of(AB.id()));
        assertThat(index.find(id("a"))).isNull();
        assertThat(index.find(id("b"))).isEqualTo(new ChunkPlace(BC.id(), 0, 0, 1));
        index.removePacks(Set.of(BC.id()));
        assertThat(index.find(id("b"))).isNull();
        assertThat(index.find(id("cc"))).isEqualTo(new ChunkPlace(CD.id(), 0, 0, 2));
        assertThat(index.packs()).containsExactly(CD.id());
        add(AB);
        assertThat(index.find(id("b"))).isEqualTo(new ChunkPlace(AB.id(), 0, 1, 1));
    }

    @Test
    final void givesTheCopyThatIsPreferred() throws IOException {
        add(AB);
        add(BC);
        ChunkPlace inAb = new ChunkPlace(AB.id(), 0, 1, 1);
        ChunkPlace inBc = new ChunkPlace(BC.id(), 0, 0, 1);
        assertThat(index.findCopies(id("b"))).containsExactly(inAb, inBc);
        assertThat(index.findCopies(id("x"))).isEmpty();
        index.prefer(id("b"), inBc);
        assertThat(index.find(id("b"))).isEqualTo(inBc);
        assertThat(index.findCopies(id("b"))).containsExactly(inBc, inAb);
        index.prefer(id("b"), inBc);
        index.prefer(id("b"), new ChunkPlace(CD.id(), 0, 0, 1));
        index.prefer(id("a"), inBc);
        assertThat(index.findCopies(id("b"))).containsExactly(inBc, inAb);
        assertThat(index.find(id("a"))).isEqualTo(new ChunkPlace(AB.id(), 0, 0, 1));
        index.removePacks(Set.of(BC.id()));
        assertThat(index.findCopies(id("b"))).containsExactly(inAb);
        index.prefer(id("b"), inBc);
        assertThat(index.find(id("b"))).isEqualTo(inAb);
    }

    @Test
    final void aPackMayBeEmpty() throws IOException {
        Named empty = PackTables.named(1, List.of());
        add(empty);
        assertThat(index.packs()).containsExactly(empty.id());
        index.removePacks(Set.of(empty.id()));
        assertThat(index.packs()).isEmpty();
    }

    /** Random packs of few names are added and removed; a chunk is found if and only if a pack has it, and there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    final void agreesWithAModel(long seed) throws IOException {
        Random random = new Random(seed);
        Map<PackId, Named> present = new HashMap<>();
        List<Named> gone = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            if (random.nextInt(3) > 0) {
                Named pack =
                        gone.isEmpty() || random.nextInt(4) > 0
                                ? PackTables.named(random.nextLong(), someNames(random))
                                : gone.remove(random.nextInt(gone.size()));
                add(pack);
                present.put(pack.id(), pack);
            } else {
                Set<PackId> removed = Set.copyOf(some(random, present.keySet()));
                index.removePacks(removed);
                removed.forEach(id -> gone.add(present.remove(id)));
            }
            assertAgrees(present, random, "seed " + seed + " step " + step);
        }
    }

    private void assertAgrees(Map<PackId, Named> present, Random random, String when)
            throws IOException {
        assertThat(index.packs()).as(when).isEqualTo(present.keySet());
        List<ChunkId> ids = IntStream.range(0, 60).mapToObj(i -> id("name " + i)).toList();
        @Nullable ChunkPlace[] found = new ChunkPlace[60];
        index.findAll(ids, found);
        for (int i = 0; i < 60; i++) {
            ChunkId id = ids.get(i);
            ChunkPlace place = found[i];
            assertThat(index.find(id)).as(when).isEqualTo(place);
            List<ChunkPlace> expected =
                    present.values().stream()
                            .flatMap(pack ->
                                    pack.table().chunks().stream()
                                            .filter(c -> c.id().equals(id))
                                            .map(c -> c.place(pack.id())))
                            .toList();
            if (place == null) {
                assertThat(expected).as(when).isEmpty();
            } else {
                assertThat(expected).as(when).contains(place);
                ChunkPlace other = expected.get(random.nextInt(expected.size()));
                index.prefer(id, other);
                assertThat(index.find(id)).as(when).isEqualTo(other);
            }
            assertThat(index.findCopies(id)).as(when).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /** While packs come and go, a chunk that some pack holds all the time is found all the time. */
    @Test
    final void isReadWhileItChanges() throws Exception {
        add(AB);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> changing = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int changer = i;
                changing.add(threads.submit(() -> addAndRemove(changer)));
            }
            Future<?> reading =
                    threads.submit(() -> {
                        while (!changing.stream().allMatch(Future::isDone)) {
                            assertThat(index.find(id("b"))).isNotNull();
                        }
                        return null;
                    });
            for (Future<?> change : changing) {
                change.get();
            }
            reading.get();
        }
        assertThat(index.packs()).containsExactly(AB.id());
    }

    private Void addAndRemove(int changer) throws IOException {
        for (int i = 0; i < 100; i++) {
            Named pack = PackTables.named(1000L * changer + i + 10, List.of("b", "changing " + i));
            add(pack);
            if (changer == 0 && i % 10 == 9) {
                index.removePacks(Set.of(AB.id()));
                add(AB);
            }
            index.removePacks(Set.of(pack.id()));
        }
        return null;
    }

    @Test
    final void aClosedIndexRefuses() throws IOException {
        index.close();
        index.close();
        for (Callable<?> use :
                List.<Callable<?>>of(
                        () -> index.find(id("a")),
                        () -> index.packs(),
                        () -> index.findCopies(id("a")),
                        () -> index.statistics(),
                        () -> {
                            add(AB);
                            return null;
                        },
                        () -> {
                            index.removePacks(Set.of(AB.id()));
                            return null;
                        },
                        () -> {
                            index.findAll(List.of(id("a")), new ChunkPlace[1]);
                            return null;
                        })) {
            assertThatThrownBy(use::call).isInstanceOf(IllegalStateException.class);
        }
    }

    private void add(Named pack) throws IOException {
        index.addPack(pack.id(), pack.table());
    }

    private static ChunkId id(String name) {
        return PackTables.id(name);
    }

    private static List<String> someNames(Random random) {
        return random.ints(0, 60)
                .distinct()
                .limit(1 + random.nextInt(20))
                .mapToObj(i -> "name " + i)
                .toList();
    }

    private static <T> List<T> some(Random random, Set<T> of) {
        return of.stream().filter(x -> random.nextInt(3) == 0).toList();
    }
}
