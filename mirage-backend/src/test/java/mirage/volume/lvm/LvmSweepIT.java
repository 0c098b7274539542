package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ExtentMap;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.volume.FoundVolume;
import mirage.volume.Volume;
import mirage.volume.VolumeChecks;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Groups that LVM's tools made by random commands lie where these tools say, segment by segment. They only write and read
 * metadata here, so that the kernel needs no device-mapper. Needs root, loop devices, lvm2; where that is impossible, {@code
 * -Dmirage.loop-mounts=impossible} says so, and nothing is compared.
 */
final class LvmSweepIT {
    private static final String SWITCH = "mirage.loop-mounts";
    private static final int PARTITIONS = 3;
    private static final int PARTITION_BYTES = 64 << 20;
    private static final int SECTOR = 512;
    private static final int COMMANDS = 40;

    @TempDir private Path directory;

    private final List<String> loops = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void segmentsLieWhereLvmSays(long seed) throws IOException, InterruptedException {
        if ("impossible".equals(System.getProperty(SWITCH))) {
            System.err.println(
                    "==== NOT COMPARED WITH LVM: -D" + SWITCH + "=impossible was given ====");
            return;
        }
        Path disk = makeDisk();
        try {
            for (int i = 0; i < PARTITIONS; i++) {
                loops.addAll(
                        run(
                                "losetup",
                                "-f",
                                "--show",
                                "-o",
                                Long.toString(start(i)),
                                "--sizelimit",
                                Integer.toString(PARTITION_BYTES),
                                disk.toString()));
            }
            change(new Random(seed));
            compare(disk);
        } finally {
            for (String loop : loops) {
                run("losetup", "-d", loop);
            }
        }
    }

    private static long start(int partition) {
        return (1L << 20) + (long) partition * PARTITION_BYTES;
    }

    private Path makeDisk() throws IOException {
        ByteBuffer table = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < PARTITIONS; i++) {
            table.put(446 + 16 * i + 4, (byte) 0x8e);
            table.putInt(446 + 16 * i + 8, (int) (start(i) / SECTOR));
            table.putInt(446 + 16 * i + 12, PARTITION_BYTES / SECTOR);
        }
        table.put(510, (byte) 0x55).put(511, (byte) 0xaa);
        Path disk = Files.write(directory.resolve("disk"), table.array());
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(start(PARTITIONS));
        }
        return disk;
    }

    /** Makes, grows and removes volumes, so that extents are scattered; what finds no room is not done. */
    private void change(Random random) throws IOException, InterruptedException {
        for (String loop : loops) {
            lvm("pvcreate", "-q", "-y", loop);
        }
        List<String> create = new ArrayList<>(List.of("vgcreate", "-q", "-s", "256k", "sweep"));
        create.addAll(loops);
        lvm(create.toArray(String[]::new));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            int size = 1 + random.nextInt(24);
            int stripes = 1 + random.nextInt(PARTITIONS);
            String stripe = (4 << random.nextInt(5)) + "k";
            String name = "v" + i;
            List<String> command =
                    switch (names.isEmpty() ? 0 : random.nextInt(4)) {
                        case 0, 1 ->
                                List.of(
                                        "lvcreate",
                                        "-q",
                                        "-y",
                                        "-an",
                                        "-Zn",
                                        "-Wn",
                                        "-l",
                                        "" + size,
                                        "-i",
                                        "" + stripes,
                                        "-I",
                                        stripe,
                                        "-n",
                                        name,
                                        "sweep");
                        case 2 ->
                                List.of(
                                        "lvextend",
                                        "-q",
                                        "-y",
                                        "-l",
                                        "+" + size,
                                        "-i",
                                        "" + stripes,
                                        "-I",
                                        stripe,
                                        "sweep/" + names.get(random.nextInt(names.size())));
                        default ->
                                List.of(
                                        "lvremove",
                                        "-q",
                                        "-y",
                                        "sweep/" + names.remove(random.nextInt(names.size())));
                    };
            boolean isDone = tryLvm(command.toArray(String[]::new));
            if (isDone && command.getFirst().equals("lvcreate")) {
                names.add(name);
            }
        }
        assertThat(names).hasSizeGreaterThan(3);
    }

    private void compare(Path disk) throws IOException, InterruptedException {
        Map<String, Volume> volumes = new HashMap<>();
        try (FileSource file = FileSource.open(disk)) {
            Warnings warnings = new Warnings();
            for (FoundVolume found : VolumeChecks.find(file, warnings)) {
                volumes.put(found.volume().id(), found.volume());
            }
            assertThat(warnings.messages()).isEmpty();
        }
        Map<String, Long> extentsOf = new HashMap<>();
        for (String line :
                lvm(
                        "pvs",
                        "--noheadings",
                        "--units",
                        "b",
                        "--nosuffix",
                        "-o",
                        "pv_name,pe_start")) {
            String[] fields = line.trim().split(" +");
            extentsOf.put(fields[0], start(loops.indexOf(fields[0])) + Long.parseLong(fields[1]));
        }
        int segments = 0;
        Map<String, Long> lengths = new HashMap<>();
        for (String line :
                lvm(
                        "lvs",
                        "--segments",
                        "--noheadings",
                        "--units",
                        "b",
                        "--nosuffix",
                        "--separator",
                        ";",
                        "-o",
                        "lv_full_name,lv_size,seg_start,seg_size,stripe_size,seg_pe_ranges,segtype")) {
            String[] fields = line.trim().split(";");
            Volume volume = Objects.requireNonNull(volumes.get(fields[0]), fields[0]);
            assertThat(volume.length()).isEqualTo(Long.parseLong(fields[1]));
            compareSegment(volume, fields, extentsOf);
            lengths.merge(fields[0], Long.parseLong(fields[3]), Long::sum);
            segments++;
        }
        lengths.forEach((name, length) ->
                assertThat(Objects.requireNonNull(volumes.get(name)).map().mappedBytes())
                        .isEqualTo(length));
        assertThat(volumes).hasSize(PARTITIONS + lengths.size());
        assertThat(segments).isGreaterThan(3);
    }

    /** Each 4 KiB of a segment, as no stripe is smaller. */
    private static void compareSegment(
            Volume volume, String[] fields, Map<String, Long> extentsOf) {
        long start = Long.parseLong(fields[2]);
        long size = Long.parseLong(fields[3]);
        long stripe = Long.parseLong(fields[4]);
        String[] ranges = fields[5].split(" ");
        for (long at = 0; at < size; at += 4096) {
            long number = ranges.length == 1 ? 0 : at / stripe;
            String[] range = ranges[(int) (number % ranges.length)].split("[:-]");
            long within = ranges.length == 1 ? at : number / ranges.length * stripe + at % stripe;
            long expected =
                    Objects.requireNonNull(extentsOf.get(range[0]))
                            + Long.parseLong(range[1]) * (256 << 10)
                            + within;
            ExtentMap map = volume.map();
            ExtentMap.Run run = map.run(map.firstRunEndingAfter(start + at));
            assertThat(run.target() + start + at - run.offset())
                    .as("%s at %d", volume.id(), start + at)
                    .isEqualTo(expected);
        }
    }

    private List<String> lvm(String... command) throws IOException, InterruptedException {
        return run(withConfiguration(command));
    }

    private boolean tryLvm(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(withConfiguration(command))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("ignored").toFile())
                        .start();
        return process.waitFor() == 0;
    }

    /** Sees no device but ours, and asks the kernel for nothing. */
    private String[] withConfiguration(String... command) {
        String filter = "\"a|^" + String.join("$|\",\"a|^", loops) + "$|\",\"r|.*|\"";
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(
                1,
                List.of(
                        "--driverloaded",
                        "n",
                        "--config",
                        "devices{use_devicesfile=0 filter=["
                                + filter
                                + "]} backup{backup=0 archive=0}"));
        return all.toArray(String[]::new);
    }

    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        int status = process.waitFor();
        assertThat(status)
                .as("%s: %s", String.join(" ", command), Files.readString(errors))
                .isZero();
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }
}
