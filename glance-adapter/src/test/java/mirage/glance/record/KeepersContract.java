package mirage.glance.record;

import static mirage.glance.record.Records.START;
import static mirage.glance.record.Records.id;
import static mirage.glance.record.Records.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.glance.record.Tasks.SortKey;
import mirage.glance.record.Tasks.TaskQuery;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What the keepers of members, tasks, nodes and hosts promise. */
abstract class KeepersContract {
    private static final Instant LATER = START.plusSeconds(3600);
    private static final int MOST = 100;

    private Keepers keepers;

    abstract Keepers newKeepers() throws Exception;

    @BeforeEach
    void open() throws Exception {
        keepers = newKeepers();
    }

    @AfterEach
    void close() throws Exception {
        keepers.close();
    }

    @Nested
    final class OfMembers {
        @BeforeEach
        void addImages() {
            keepers.images().add(record(1));
            keepers.images().add(record(2));
        }

        @Test
        void membersAreGivenBackOldestFirst() {
            ImageMember young = member(1, "web", START.plusSeconds(2).plusNanos(1_000));
            ImageMember old = member(1, "db", START.plusSeconds(1));
            ImageMember middle = member(1, "Web ", START.plusSeconds(2));
            List.of(young, old, middle, member(2, "web", START))
                    .forEach(member -> keepers.members().add(member, MOST));
            assertThat(keepers.members().of(id(1))).containsExactly(old, middle, young);
            assertThat(keepers.members().find(id(1), "web")).isEqualTo(young);
            assertThat(keepers.members().find(id(1), "WEB")).isNull();
            assertThat(keepers.members().find(id(3), "web")).isNull();
            assertThat(keepers.members().of(id(3))).isEmpty();
        }

        @Test
        void membersOfOneTimeAreInTheOrderOfTheirNames() {
            for (String project : List.of("b", "a", "B")) {
                keepers.members().add(member(1, project, START), MOST);
            }
            assertThat(keepers.members().of(id(1)))
                    .extracting(ImageMember::project)
                    .containsExactly("B", "a", "b");
        }

        @Test
        void aProjectIsAMemberOnce() {
            keepers.members().add(member(1, "web", START), MOST);
            assertThatThrownBy(() -> keepers.members().add(member(1, "web", LATER), MOST))
                    .isInstanceOf(RecordExistsException.class);
            assertThat(keepers.members().of(id(1))).containsExactly(member(1, "web", START));
        }

        @Test
        void onlyOneOfManyAddsAMember() throws Exception {
            List<Boolean> added =
                    inParallel(
                            20,
                            () -> {
                                try {
                                    keepers.members().add(member(1, "web", START), MOST);
                                    return true;
                                } catch (RecordExistsException other) {
                                    return false;
                                }
                            });
            assertThat(added).containsOnlyOnce(true);
        }

        @Test
        void manyAtOnceDoNotExceedWhatAnImageMayHave() throws Exception {
            AtomicInteger number = new AtomicInteger();
            List<Boolean> added =
                    inParallel(
                            20,
                            () -> {
                                String project = "project-" + number.incrementAndGet();
                                try {
                                    keepers.members().add(member(1, project, START), 3);
                                    return true;
                                } catch (TooManyMembersException full) {
                                    assertThat(full.found()).isEqualTo(3);
                                    return false;
                                }
                            });
            assertThat(added).filteredOn(one -> one).hasSize(3);
            assertThat(keepers.members().of(id(1))).hasSize(3);
            keepers.members().add(member(2, "web", START), 1);
        }

        @Test
        void anImageThatIsNotThereTakesNoMember() {
            assertThatThrownBy(() -> keepers.members().add(member(3, "web", START), MOST))
                    .isInstanceOf(RecordNotFoundException.class);
        }

        @Test
        void aStatusIsChanged() {
            keepers.members().add(member(1, "web", START), MOST);
            ImageMember changed =
                    keepers.members().setStatus(id(1), "web", ImageMember.Status.ACCEPTED, LATER);
            assertThat(changed)
                    .isEqualTo(
                            member(1, "web", START).withStatus(ImageMember.Status.ACCEPTED, LATER));
            assertThat(keepers.members().find(id(1), "web")).isEqualTo(changed);
            // Once more the same: the databases count that as no row changed.
            assertThat(
                            keepers.members()
                                    .setStatus(id(1), "web", ImageMember.Status.ACCEPTED, LATER))
                    .isEqualTo(changed);
            assertThatThrownBy(() ->
                            keepers.members()
                                    .setStatus(id(1), "db", ImageMember.Status.ACCEPTED, LATER))
                    .isInstanceOf(RecordNotFoundException.class);
        }

        @Test
        void membersGo() {
            keepers.members().add(member(1, "web", START), MOST);
            keepers.members().add(member(1, "db", START), MOST);
            keepers.members().remove(id(1), "web");
            assertThat(keepers.members().of(id(1))).containsExactly(member(1, "db", START));
            assertThatThrownBy(() -> keepers.members().remove(id(1), "web"))
                    .isInstanceOf(RecordNotFoundException.class);
            keepers.images().remove(id(1), image -> {});
            assertThat(keepers.members().find(id(1), "db")).isNull();
        }
    }

    private static ImageMember member(int image, String project, Instant created) {
        return new ImageMember(id(image), project, ImageMember.Status.PENDING, created, created);
    }

    @Nested
    final class OfTasks {
        @Test
        void aTaskIsGivenBack() {
            Task task = task(1, id(7), START.plusNanos(123_456_000));
            Task odd =
                    new Task(
                            taskId(2),
                            "import",
                            Task.Status.FAILURE,
                            "",
                            "",
                            null,
                            "",
                            "{\"name\": \"\uD83D\uDE00 \\\\ '\"}",
                            "",
                            "m".repeat(100_000),
                            "",
                            START,
                            LATER,
                            LATER);
            keepers.tasks().add(task);
            keepers.tasks().add(odd);
            assertThat(keepers.tasks().find(task.id())).isEqualTo(task);
            assertThat(keepers.tasks().find(odd.id())).isEqualTo(odd);
            assertThat(keepers.tasks().find(taskId(3))).isNull();
        }

        @Test
        void aTaskLives() {
            Tasks tasks = keepers.tasks();
            tasks.add(task(1, id(7), START));
            tasks.add(task(2, id(7), START.plusSeconds(1)));
            tasks.add(task(3, id(8), START.minusSeconds(1)));
            assertThat(ids(tasks.ofImage(id(7)))).containsExactly(1, 2);
            assertThat(ids(tasks.unfinished())).containsExactly(3, 1, 2);
            Task begun =
                    Objects.requireNonNull(
                            tasks.update(taskId(1), task -> task.processing("n1", LATER)));
            assertThat(tasks.find(taskId(1))).isEqualTo(begun);
            assertThat(ids(tasks.unfinished())).containsExactly(3, 1, 2);
            tasks.update(taskId(1), task -> task.succeeded("{}", LATER, LATER.plusSeconds(9)));
            tasks.update(taskId(2), task -> task.failed("no", LATER, LATER.plusSeconds(10)));
            assertThat(ids(tasks.unfinished())).containsExactly(3);
            tasks.forgetExpired(LATER.plusSeconds(9));
            assertThat(ids(tasks.ofImage(id(7)))).containsExactly(2);
            assertThat(ids(tasks.unfinished())).containsExactly(3);
            assertThat(tasks.update(taskId(1), task -> task)).isNull();
        }

        @Test
        void whatAChangeThrowsLeavesTheTask() {
            keepers.tasks().add(task(1, null, START));
            assertThatThrownBy(() ->
                            keepers.tasks()
                                    .update(
                                            taskId(1),
                                            task -> {
                                                throw new IllegalStateException("no");
                                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no");
            assertThat(keepers.tasks().find(taskId(1))).isEqualTo(task(1, null, START));
        }

        /** One of many nodes takes a task, as when they all see that its node died. */
        @Test
        void onlyOneTakesATask() throws Exception {
            keepers.tasks().add(task(1, id(7), START));
            List<Boolean> taken =
                    inParallel(
                            20,
                            () -> {
                                boolean[] mine = {false};
                                keepers.tasks()
                                        .update(
                                                taskId(1),
                                                task -> {
                                                    mine[0] = task.status() == Task.Status.PENDING;
                                                    return mine[0]
                                                            ? task.processing("one", LATER)
                                                            : task;
                                                });
                                return mine[0];
                            });
            assertThat(taken).containsOnlyOnce(true);
        }

        @Test
        void pagesOfAllOrdersHoldEveryTaskOnce() {
            for (int number = 1; number <= 23; number++) {
                Task task = task(number, id(number % 3), START.plusSeconds(number % 5));
                keepers.tasks().add(number % 4 == 0 ? task.failed("no", LATER, LATER) : task);
            }
            for (SortKey sort : SortKey.values()) {
                for (boolean ascending : List.of(true, false)) {
                    List<Task> all = new ArrayList<>();
                    List<Task> page = List.of();
                    do {
                        all.addAll(page);
                        Task last = page.isEmpty() ? null : page.getLast();
                        page = keepers.tasks().list(query(null, null, sort, ascending, last));
                    } while (!page.isEmpty());
                    assertThat(ids(all)).hasSize(23).doesNotHaveDuplicates();
                    assertThat(all)
                            .as("%s %s", sort, ascending)
                            .isEqualTo(sorted(all, sort, ascending));
                }
            }
            assertThat(
                            keepers.tasks()
                                    .list(
                                            query(
                                                    "web",
                                                    Task.Status.FAILURE,
                                                    SortKey.ID,
                                                    true,
                                                    null)))
                    .hasSize(5);
            assertThat(keepers.tasks().list(query("Web", null, SortKey.ID, true, null))).isEmpty();
        }
    }

    private static List<Task> sorted(List<Task> tasks, SortKey sort, boolean ascending) {
        return tasks.stream()
                .sorted((a, b) -> {
                    int order = compare(sort.of(a), sort.of(b));
                    order = order == 0 ? a.id().compareTo(b.id()) : order;
                    return ascending ? order : -order;
                })
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static int compare(Comparable<?> left, Comparable<?> right) {
        return ((Comparable<Object>) left).compareTo(right);
    }

    private static TaskQuery query(
            @Nullable String owner,
            Task.@Nullable Status status,
            SortKey sort,
            boolean ascending,
            @Nullable Task after) {
        return new TaskQuery(owner, status, null, sort, ascending, after, 5);
    }

    private static String taskId(int number) {
        return String.format("10000000-0000-4000-8000-%012d", number);
    }

    private static List<Integer> ids(List<Task> tasks) {
        return tasks.stream().map(task -> Integer.valueOf(task.id().substring(24))).toList();
    }

    private static Task task(int number, @Nullable ImageId image, Instant created) {
        return new Task(
                taskId(number),
                number % 2 == 0 ? "import" : "api_image_import",
                Task.Status.PENDING,
                "web",
                "user",
                image,
                "req-1",
                "{}",
                "",
                "",
                "n0",
                created,
                created,
                null);
    }

    @Nested
    final class OfHosts {
        private static final Set<ImageId> NONE = Set.of();

        @Test
        void aHostIsToldWhatToRemoveUntilItDid() {
            Hosts hosts = keepers.hosts();
            hosts.revoke(id(2), START.plusSeconds(2));
            hosts.revoke(id(1), START.plusSeconds(1));
            hosts.revoke(id(1), LATER);
            assertThat(hosts.isRevoked(id(1))).isTrue();
            assertThat(hosts.isRevoked(id(3))).isFalse();
            Hosts.Answer first = hosts.tell("a", Set.of(id(1)), NONE, START.plusSeconds(3), 10);
            assertThat(first).isEqualTo(new Hosts.Answer(null, List.of(id(1), id(2))));
            Hosts.Answer second =
                    hosts.tell("a", NONE, Set.of(id(1), id(3)), START.plusSeconds(4), 10);
            assertThat(second).isEqualTo(new Hosts.Answer(START.plusSeconds(3), List.of(id(2))));
            assertThat(hosts.tell("A", NONE, NONE, START.plusSeconds(5), 1).toRemove())
                    .containsExactly(id(1));
            assertThat(hosts.revocation(id(1), START))
                    .isEqualTo(
                            new Hosts.Revocation(START.plusSeconds(1), List.of("a"), List.of("A")));
            assertThat(hosts.revocation(id(3), START)).isNull();
            // It has got it again: from a backup, say.
            assertThat(hosts.tell("a", Set.of(id(1)), Set.of(id(1)), LATER, 10).toRemove())
                    .containsExactly(id(1), id(2));
            assertThat(hosts.revocation(id(1), START.plusSeconds(5)))
                    .isEqualTo(new Hosts.Revocation(START.plusSeconds(1), List.of(), List.of("a")));
            assertThat(hosts.tell("a", NONE, Set.of(id(1), id(2)), LATER, 10).toRemove()).isEmpty();
            assertThat(hosts.tell("a", NONE, Set.of(id(1), id(2)), LATER, 10).toRemove()).isEmpty();
        }

        @Test
        void aHostIsToldAFewAtATime() {
            Hosts hosts = keepers.hosts();
            for (int number = 1; number <= 5; number++) {
                hosts.revoke(id(number), START.plusSeconds(number));
            }
            assertThat(hosts.tell("a", NONE, NONE, START, 2).toRemove())
                    .containsExactly(id(1), id(2));
            // It was not told of the third one.
            assertThat(hosts.tell("a", NONE, Set.of(id(1), id(2), id(3)), START, 2).toRemove())
                    .containsExactly(id(3), id(4));
        }

        @Test
        void silentHostsAreForgotten() {
            Hosts hosts = keepers.hosts();
            hosts.revoke(id(1), START);
            hosts.tell("confirming", NONE, Set.of(id(1)), START, 10);
            hosts.tell("old", NONE, NONE, START, 10);
            hosts.tell("new", NONE, NONE, LATER, 10);
            hosts.forget(START);
            assertThat(hosts.revocation(id(1), START.minusSeconds(1)))
                    .isEqualTo(new Hosts.Revocation(START, List.of("confirming"), List.of("new")));
            assertThat(hosts.tell("old", NONE, NONE, LATER, 10).seenBefore()).isNull();
        }

        @Test
        void manyMayRevokeAtOnce() throws Exception {
            assertThat(
                            inParallel(
                                    10,
                                    () -> {
                                        keepers.hosts().revoke(id(1), START);
                                        return true;
                                    }))
                    .containsOnly(true);
            assertThat(keepers.hosts().isRevoked(id(1))).isTrue();
        }
    }

    @Nested
    final class OfNodes {
        @Test
        void nodesAreAliveWhileTheySaySo() {
            Nodes nodes = keepers.nodes();
            nodes.alive("one", START);
            nodes.alive("One", START.plusSeconds(1));
            assertThat(nodes.aliveAfter(START.minusSeconds(1)))
                    .containsExactlyInAnyOrder("one", "One");
            assertThat(nodes.aliveAfter(START)).containsExactly("One");
            nodes.alive("one", START.plusSeconds(5));
            nodes.alive("one", START.plusSeconds(5));
            assertThat(nodes.aliveAfter(START.plusSeconds(1))).containsExactly("one");
            nodes.gone("one");
            nodes.gone("two");
            assertThat(nodes.aliveAfter(START)).containsExactly("One");
        }
    }

    private static <T> List<T> inParallel(int times, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures =
                    IntStream.range(0, times).mapToObj(i -> threads.submit(call)).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
