package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;
import mirage.glance.database.Product;
import mirage.glance.database.RefusedCommits;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What becomes of changes that meet each other on a server. The embedded database makes one at a time. */
abstract class ConflictContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A database with nothing in it. */
    abstract DatabaseAddress newDatabase() throws Exception;

    /** Two changes that wait for each other: the database ends one of them, and it comes again. */
    @Test
    void aDeadlockIsTriedAgain() throws Exception {
        try (Database database = Database.open(newDatabase());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ImageRecords records = new SqlImageRecords(database);
            records.add(Records.record(1));
            records.add(Records.record(2));
            CyclicBarrier bothHoldOne = new CyclicBarrier(2);
            Future<Integer> forth = threads.submit(() -> changeBoth(database, 1, 2, bothHoldOne));
            Future<Integer> back = threads.submit(() -> changeBoth(database, 2, 1, bothHoldOne));
            int attempts =
                    forth.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            + back.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(attempts).isGreaterThan(2);
            for (int number = 1; number <= 2; number++) {
                ImageRecord record = Objects.requireNonNull(records.find(Records.id(number)));
                assertThat(record.attributes().minRam()).isEqualTo(2);
            }
        }
    }

    /** How often it was tried. */
    private static int changeBoth(Database database, int first, int second, CyclicBarrier barrier)
            throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        database.change(handle -> {
            increment(handle, first);
            if (attempts.incrementAndGet() == 1) {
                barrier.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            return increment(handle, second);
        });
        return attempts.get();
    }

    private static int increment(Handle handle, int number) {
        return handle.execute(
                "UPDATE images SET min_ram = min_ram + 1 WHERE id = ?", Records.id(number).value());
    }

    /** A change that the database lets wait for a while only comes again. */
    @Test
    void aWaitThatTookTooLongIsTriedAgain() throws Exception {
        try (Database database = Database.open(newDatabase());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ImageRecords records = new SqlImageRecords(database);
            records.add(Records.record(1));
            CountDownLatch isHeld = new CountDownLatch(1);
            CountDownLatch isTriedAgain = new CountDownLatch(2);
            Future<Integer> holder =
                    threads.submit(() ->
                            database.change(handle -> {
                                increment(handle, 1);
                                isHeld.countDown();
                                assertThat(
                                                isTriedAgain.await(
                                                        PATIENCE.toSeconds(), TimeUnit.SECONDS))
                                        .isTrue();
                                return 1;
                            }));
            assertThat(isHeld.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            database.change(handle -> {
                waitLittle(handle, database.product());
                isTriedAgain.countDown();
                return increment(handle, 1);
            });
            holder.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            ImageRecord record = Objects.requireNonNull(records.find(Records.id(1)));
            assertThat(record.attributes().minRam()).isEqualTo(2);
        }
    }

    /** A cluster may tell only at the end that another node was faster: nothing was done then, and all of it comes again. */
    @Test
    void aRefusedCommitIsTriedAgain() throws Exception {
        try (RefusedCommits commits = new RefusedCommits();
                Database database = Database.open(commits.before(newDatabase()))) {
            ImageRecords records = new SqlImageRecords(database);
            records.add(Records.record(1));
            commits.refuse(1);
            AtomicInteger attempts = new AtomicInteger();
            database.change(handle -> {
                attempts.incrementAndGet();
                return increment(handle, 1);
            });
            assertThat(commits.refused()).isEqualTo(1);
            assertThat(attempts).hasValue(2);
            ImageRecord record = Objects.requireNonNull(records.find(Records.id(1)));
            assertThat(record.attributes().minRam()).isEqualTo(1);
        }
    }

    private static void waitLittle(Handle handle, Product product) {
        handle.execute(
                switch (product) {
                    case H2 -> throw new IllegalArgumentException("no server: " + product);
                    case MARIADB -> "SET SESSION innodb_lock_wait_timeout = 1";
                    case POSTGRESQL -> "SET LOCAL lock_timeout = '300ms'";
                });
    }
}
