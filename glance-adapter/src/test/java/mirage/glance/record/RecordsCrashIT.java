package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.Database;
import mirage.glance.database.DatabaseAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Kills a process that changes records, at random moments, and demands every change that it had said was made. A kill
 * spares what the operating system has been given; {@link #everyChangeReachesTheDisk} shows that it reaches the disk
 * too.
 */
final class RecordsCrashIT {
    private static final int KILLS = 12;

    @TempDir Path directory;

    /** Adds records and activates them, saying each number when it is done, until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            int number = Integer.parseInt(arguments[1]);
            try (Database database =
                    Database.open(DatabaseAddress.embedded(Path.of(arguments[0])))) {
                ImageRecords records = new SqlImageRecords(database);
                while (true) {
                    records.add(Records.record(number));
                    records.update(
                            Records.id(number), record -> record.saving("here", Records.START));
                    int size = number;
                    records.update(
                            Records.id(number),
                            record -> Records.active(record, size, Records.START));
                    if (number % 3 == 0) {
                        records.remove(Records.id(number), record -> {});
                    }
                    System.out.println(number);
                    number++;
                }
            }
        }
    }

    @Test
    @Timeout(300)
    void noAcknowledgedChangeIsLost() throws Exception {
        Path file = directory.resolve("records");
        Random random = new Random(20260101);
        Set<Integer> unsaid = new HashSet<>();
        int last = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process child = start(file, List.of(), String.valueOf(last + 1));
            int before = last;
            try (BufferedReader acknowledged = child.inputReader()) {
                int until = last + 5 + random.nextInt(40);
                while (last < until) {
                    last = Integer.parseInt(String.valueOf(acknowledged.readLine()));
                }
                TimeUnit.MICROSECONDS.sleep(random.nextInt(3000));
                child.toHandle().destroyForcibly();
                // What it said before it died counts as well.
                for (String line = acknowledged.readLine();
                        line != null;
                        line = acknowledged.readLine()) {
                    last = Integer.parseInt(line);
                }
            }
            child.waitFor();
            assertThat(last).isGreaterThan(before);
            requireAll(file, last, unsaid);
            // The child may have begun the next one, and died before it could say so.
            last++;
            unsaid.add(last);
        }
        assertThat(last).isGreaterThan(KILLS * 5);
    }

    /** Every record up to {@code last} is as the child left it when it said its number, or begun after that. */
    private static void requireAll(Path file, int last, Set<Integer> unsaid) throws IOException {
        try (Database database = Database.open(DatabaseAddress.embedded(file))) {
            ImageRecords records = new SqlImageRecords(database);
            for (int number = 1; number <= last; number++) {
                ImageRecord record = records.find(Records.id(number));
                if (unsaid.contains(number)) {
                    continue;
                }
                if (number % 3 == 0) {
                    assertThat(record).as("record %d", number).isNull();
                    assertThat(records.wasRemoved(Records.id(number))).isTrue();
                } else {
                    assertThat(record)
                            .as("record %d", number)
                            .isNotNull()
                            .extracting(ImageRecord::data)
                            .isEqualTo(Records.data(number));
                }
            }
        }
    }

    /** Counts the calls that force file contents to the disk: at least one for each change. */
    @Test
    @Timeout(120)
    void everyChangeReachesTheDisk() throws Exception {
        Path trace = directory.resolve("trace");
        int changes = 0;
        Process child =
                start(
                        directory.resolve("traced"),
                        List.of(
                                "strace",
                                "-f",
                                "-qq",
                                "-e",
                                "trace=fsync,fdatasync,write",
                                "-e",
                                "signal=none",
                                "-o",
                                trace.toString()),
                        "1");
        try (BufferedReader acknowledged = child.inputReader()) {
            for (int number = 1; number <= 20; number++) {
                assertThat(acknowledged.readLine()).isEqualTo(String.valueOf(number));
                changes += number % 3 == 0 ? 4 : 3;
            }
        }
        child.descendants().forEach(ProcessHandle::destroyForcibly);
        child.destroyForcibly().waitFor();
        long forced =
                Files.readAllLines(trace).stream()
                        .filter(line -> line.contains("fsync(") || line.contains("fdatasync("))
                        .count();
        assertThat(forced).isGreaterThanOrEqualTo(changes);
    }

    private static Process start(Path file, List<String> prefix, String first) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Child.class.getName());
        command.add(file.toString());
        command.add(first);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
