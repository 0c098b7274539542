package mirage.glance.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.record.SqlNodes;
import mirage.glance.record.SqlTasks;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Tasks over the embedded database. */
@Timeout(120)
final class TaskRunnerTest {
    private static final String NODE = "here";
    private static final String TYPE = "test";

    @TempDir private Path directory;
    private final Clock clock = Clock.systemUTC();
    private Stop stop;
    private Database database;
    private SqlTasks tasks;

    @BeforeEach
    void open() throws IOException {
        stop = new Stop();
        database = Database.open(DatabaseAddress.embedded(directory.resolve("records")));
        tasks = new SqlTasks(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private TaskRunner runner(TaskRunner.Job job, int atOnce) {
        return runner(tasks, job, atOnce);
    }

    private TaskRunner runner(Tasks among, TaskRunner.Job job, int atOnce) {
        TaskRunner runner =
                new TaskRunner(
                        among,
                        new SqlNodes(database),
                        NODE,
                        Map.of(TYPE, job),
                        atOnce,
                        Duration.ofHours(1),
                        stop,
                        clock);
        runner.start();
        return runner;
    }

    private static Task task(int number) {
        Instant now = Instant.parse("2026-03-04T05:06:07Z");
        return new Task(
                "task-" + number,
                TYPE,
                Task.Status.PENDING,
                "owner",
                "user",
                null,
                "req-1",
                "{}",
                "",
                "",
                "",
                now,
                now,
                null);
    }

    private List<Task.Status> statusOf(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> tasks.find("task-" + number))
                .map(Task::status)
                .toList();
    }

    /** An interrupt would close the file under H2, for everybody and for good. */
    @Test
    void aCloseAmidCommitsLeavesTheDatabaseUsable() throws Exception {
        int count = 4;
        for (int round = 0; round < 5; round++) {
            stop = new Stop();
            CountDownLatch allAtWork = new CountDownLatch(count);
            TaskRunner runner = runner(task -> commitUntilStopped(task, allAtWork), count);
            if (round == 0) {
                for (int number = 0; number < count; number++) {
                    runner.submit(task(number), () -> {});
                }
            }
            allAtWork.await();
            runner.close();

            assertThat(statusOf(count)).containsOnly(Task.Status.PROCESSING);
            assertThat(new SqlNodes(database).aliveAfter(Instant.EPOCH)).isEmpty();
        }
        database.close();
        open();
        TaskRunner runner = runner(task -> "1", count);
        while (!statusOf(count).stream().allMatch(Task.Status::hasEnded)) {
            Thread.sleep(20);
        }
        runner.close();
        assertThat(statusOf(count)).containsOnly(Task.Status.SUCCESS);
    }

    private String commitUntilStopped(Task task, CountDownLatch atWork)
            throws InterruptedException {
        for (int i = 0; !stop.isRequested(); i++) {
            int step = i;
            tasks.update(task.id(), now -> now.withMessage("step " + step, clock.instant()));
            if (i == 3) {
                atWork.countDown();
            }
        }
        throw new InterruptedException();
    }

    @Test
    void whatWaitsForRoomDoesNotBegin() throws Exception {
        int count = 20;
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch atWork = new CountDownLatch(1);
        TaskRunner runner =
                runner(
                        task -> {
                            begun.incrementAndGet();
                            atWork.countDown();
                            stop.await(Duration.ofMinutes(1));
                            throw new InterruptedException();
                        },
                        1);
        for (int number = 0; number < count; number++) {
            runner.submit(task(number), () -> {});
        }
        atWork.await();
        runner.close();

        assertThat(new SqlNodes(database).aliveAfter(Instant.EPOCH))
                .as("the nodes whose tasks did not end in time")
                .isEmpty();
        assertThat(begun).hasValue(1);
        assertThat(statusOf(count)).containsOnly(Task.Status.PROCESSING);
    }

    @Test
    void whatFailsWhileTheServiceStopsIsTakenUpAgain() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        TaskRunner runner =
                runner(
                        task -> {
                            atWork.countDown();
                            stop.await(Duration.ofMinutes(1));
                            throw new IllegalStateException("something is closed already");
                        },
                        1);
        runner.submit(task(0), () -> {});
        atWork.await();
        runner.close();

        assertThat(statusOf(1)).containsExactly(Task.Status.PROCESSING);
    }

    /** What it locked is locked until it has run. */
    @Test
    void whatCouldNotBeginForTheRecordsIsBegunLater() throws Exception {
        SqlTasks kept = tasks;
        AtomicInteger updates = new AtomicInteger();
        CountDownLatch atWork = new CountDownLatch(1);
        Tasks failing =
                (Tasks)
                        Proxy.newProxyInstance(
                                Tasks.class.getClassLoader(),
                                new Class<?>[] {Tasks.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("update")
                                            && updates.getAndIncrement() == 0) {
                                        throw new IllegalStateException("the database is away");
                                    }
                                    return method.invoke(kept, arguments);
                                });
        TaskRunner runner =
                runner(
                        failing,
                        task -> {
                            atWork.countDown();
                            return "1";
                        },
                        1);
        assertThatThrownBy(() -> runner.submit(task(0), runner::takeOver))
                .isInstanceOf(IllegalStateException.class);
        assertThat(statusOf(1)).containsExactly(Task.Status.PENDING);
        assertThat(atWork.getCount()).isEqualTo(1);

        runner.takeOver();
        atWork.await();
        while (!statusOf(1).getFirst().hasEnded()) {
            Thread.sleep(20);
        }
        runner.close();
        assertThat(statusOf(1)).containsExactly(Task.Status.SUCCESS);
    }

    /** Another node must not begin what this one is still at. */
    @Test
    void whoseTasksDoNotStopIsNotGone() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        TaskRunner runner =
                runner(
                        task -> {
                            atWork.countDown();
                            end.await();
                            return "1";
                        },
                        1);
        runner.submit(task(0), () -> {});
        atWork.await();
        runner.close();

        assertThat(new SqlNodes(database).aliveAfter(Instant.EPOCH)).containsExactly(NODE);
        end.countDown();
        while (!statusOf(1).getFirst().hasEnded()) {
            Thread.sleep(20);
        }
    }
}
