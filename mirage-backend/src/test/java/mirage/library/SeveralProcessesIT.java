package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.library.LibrarySettings.Acknowledge;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Three processes on one directory store overlapping content, read one another's images as soon as they are acknowledged,
 * move and delete them, and are killed (SIGKILL) and started again, some soon, some late enough that others take over.
 */
@Timeout(900)
final class SeveralProcessesIT {
    private static final int NODES = 3;
    private static final int KILLS = 12;

    @TempDir private Path directory;

    private final long seed = Long.getLong("mirage.test.seed", System.nanoTime());
    private final NodeProcess[] nodes = new NodeProcess[NODES];
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicLong nextImage = new AtomicLong(NodeProcess.BASES);
    private final AtomicLong checks = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();

    /** Acknowledged images and the seeds of their content. */
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    /** What a kill cut short: images that are there, whole, or not. */
    private final Map<String, Long> uncertain = new ConcurrentHashMap<>();

    /** Images whose move was cut short: each is there, under one id at least. */
    private final Queue<Moving> moving = new ConcurrentLinkedQueue<>();

    private record Moving(String from, String to, long content) {}

    @AfterEach
    void killAll() {
        for (NodeProcess node : nodes) {
            if (node != null) {
                node.kill();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingThatWasAcknowledgedIsLost(Acknowledge acknowledge) throws Exception {
        for (int i = 0; i < NODES; i++) {
            nodes[i] = start(i, acknowledge);
        }
        for (int i = 0; i < NodeProcess.BASES; i++) {
            assertThat(nodes[0].tell("store base-" + i + " " + i)).isEqualTo("stored");
            acknowledged.put("base-" + i, (long) i);
        }
        awaitTakenApart();
        Thread.sleep(3 * NodeProcess.LOOK_EVERY.toMillis());
        long before = packBytes();

        try (ExecutorService drivers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> driving = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                int node = i;
                driving.add(
                        drivers.submit(() -> {
                            drive(node, acknowledge);
                            return null;
                        }));
            }
            killAtRandom(driving);
            going.set(false);
            for (Future<?> driver : driving) {
                driver.get();
            }
        }
        awaitTakenApart();
        assertAllIsThere();
        finishWhatWasCutShort();
        awaitTakenApart();
        long added = packBytes() - before;
        for (NodeProcess node : nodes) {
            node.stop();
        }
        assertNothingIsLeftBehind();

        long stored = nextImage.get() - NodeProcess.BASES;
        double share = (double) added / stored / ((double) before / NodeProcess.BASES);
        System.out.printf(
                "%s: %d images on %d nodes, %d reads, %d kills, %d cut short, %d moves cut short;"
                        + " an image added %.0f %% of what a base takes (seed %d)%n",
                acknowledge,
                stored,
                NODES,
                checks.get(),
                KILLS,
                uncertain.size(),
                moving.size(),
                100 * share,
                seed);
        assertThat(stored).isGreaterThan(KILLS);
        assertThat(checks).hasValueGreaterThan(KILLS);
        // Where nodes do not share, each stores each base anew; what was cut short is not collected
        // yet.
        assertThat(share).as("seed %d", seed).isLessThan(0.4);
    }

    private NodeProcess start(int node, Acknowledge acknowledge) throws IOException {
        return NodeProcess.start(directory.resolve("data"), "n" + node, acknowledge, directory);
    }

    private void killAtRandom(List<Future<?>> driving) throws InterruptedException {
        Random random = new Random(seed);
        for (int i = 0; i < KILLS; i++) {
            // By what was done rather than by time: a slow machine does as much between two kills.
            long next = answered.get() + 5 + random.nextInt(15);
            while (answered.get() < next) {
                if (driving.stream().anyMatch(Future::isDone)) {
                    return; // It failed, and says why.
                }
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(300));
            NodeProcess victim = nodes[random.nextInt(NODES)];
            while (!victim.isAlive()) {
                Thread.sleep(20);
                victim = nodes[random.nextInt(NODES)];
            }
            victim.kill();
        }
    }

    /** Has a node do one thing after the other, and starts it again when it was killed. */
    private void drive(int node, Acknowledge acknowledge) throws Exception {
        Random random = new Random(seed + 1 + node);
        while (going.get()) {
            if (anything(nodes[node], random)) {
                answered.incrementAndGet();
            } else {
                if (random.nextInt(3) == 0) {
                    Thread.sleep(NodeProcess.DEAD_AFTER.toMillis() * 2);
                }
                nodes[node] = start(node, acknowledge);
            }
        }
        // The last kill may have come behind the last command.
        if (nodes[node].tell("check base-0 0") == null) {
            nodes[node] = start(node, acknowledge);
        }
    }

    /**
     * @return false when the node was killed
     */
    private boolean anything(NodeProcess node, Random random) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> store(node);
            case 4 -> delete(node, random);
            case 5 -> move(node, random);
            default -> check(node, random);
        };
    }

    private boolean store(NodeProcess node) {
        long content = nextImage.getAndIncrement();
        String image = "image-" + content;
        String answer = node.tell("store " + image + " " + content);
        if (answer == null) {
            uncertain.put(image, content);
            return false;
        }
        expect(answer, "stored", image);
        acknowledged.put(image, content);
        return true;
    }

    private boolean check(NodeProcess node, Random random) {
        String image = pick(random);
        Long content = acknowledged.get(image);
        if (content == null) {
            return true;
        }
        String answer = node.tell("check " + image + " " + content);
        if (answer == null) {
            return false;
        }
        assertThat(answer).as("%s, seed %d", image, seed).isNotEqualTo("wrong");
        checks.incrementAndGet();
        if (acknowledged.containsKey(image)) {
            expect(answer, "whole", image);
        }
        return true;
    }

    private boolean delete(NodeProcess node, Random random) {
        String image = pick(random);
        Long content = image.startsWith("base") ? null : acknowledged.remove(image);
        if (content == null) {
            return true;
        }
        String answer = node.tell("delete " + image);
        if (answer == null) {
            uncertain.put(image, content);
            return false;
        }
        expect(answer, "deleted", image);
        deleted.add(image);
        return true;
    }

    private boolean move(NodeProcess node, Random random) {
        String image = pick(random);
        Long content = image.startsWith("base") ? null : acknowledged.remove(image);
        if (content == null) {
            return true;
        }
        String to = image + "m";
        String answer = node.tell("move " + image + " " + to);
        if (answer == null) {
            moving.add(new Moving(image, to, content));
            return false;
        }
        expect(answer, "moved", image);
        acknowledged.put(to, content);
        deleted.add(image);
        return true;
    }

    /** Mostly one of the last that were acknowledged: by whichever node. */
    private String pick(Random random) {
        List<String> images = new ArrayList<>(acknowledged.keySet());
        if (random.nextInt(3) > 0) {
            long newest = nextImage.get() - 1 - random.nextInt(4);
            String image = "image-" + newest;
            return acknowledged.containsKey(image) ? image : images.getFirst();
        }
        return images.get(random.nextInt(images.size()));
    }

    private void expect(@Nullable String answer, String expected, String image) {
        assertThat(answer).as("%s, seed %d", image, seed).isEqualTo(expected);
    }

    /** From every node. */
    private void assertAllIsThere() {
        for (NodeProcess node : nodes) {
            acknowledged.forEach((image, content) ->
                    expect(node.tell("check " + image + " " + content), "whole", image));
            deleted.forEach(image -> expect(node.tell("check " + image + " 0"), "missing", image));
            uncertain.forEach((image, content) ->
                    assertThat(node.tell("check " + image + " " + content))
                            .as("%s, seed %d", image, seed)
                            .isIn("whole", "missing"));
            for (Moving one : moving) {
                assertThat(
                                List.of(
                                        String.valueOf(
                                                node.tell("check " + one.from + " " + one.content)),
                                        String.valueOf(
                                                node.tell("check " + one.to + " " + one.content))))
                        .as("%s, seed %d", one, seed)
                        .contains("whole")
                        .isSubsetOf("whole", "missing");
            }
        }
    }

    /** What was not acknowledged can be done again, on any node. */
    private void finishWhatWasCutShort() {
        Random random = new Random(seed);
        uncertain.forEach((image, content) -> {
            NodeProcess node = nodes[random.nextInt(NODES)];
            assertThat(node.tell("store " + image + " " + content))
                    .as("%s, seed %d", image, seed)
                    .isIn("stored", "exists");
            expect(nodes[0].tell("check " + image + " " + content), "whole", image);
        });
        for (Moving one : moving) {
            NodeProcess node = nodes[random.nextInt(NODES)];
            assertThat(node.tell("move " + one.from + " " + one.to))
                    .as("%s, seed %d", one, seed)
                    .isIn("moved", "missing");
            expect(nodes[0].tell("check " + one.from + " 0"), "missing", one.from);
            expect(nodes[0].tell("check " + one.to + " " + one.content), "whole", one.to);
        }
    }

    private void awaitTakenApart() throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        String waiting = nodes[0].tell("spooled");
        while (!"0".equals(waiting)) {
            assertThat(System.nanoTime())
                    .as("%s wait to be taken apart, seed %d", waiting, seed)
                    .isLessThan(deadline);
            Thread.sleep(100);
            waiting = nodes[0].tell("spooled");
        }
    }

    private void assertNothingIsLeftBehind() throws IOException {
        Path data = directory.resolve("data");
        try (MirageLibrary library =
                MirageLibrary.open(
                        data,
                        TestLibraries.settings(Acknowledge.COMMITTED)
                                .withNode(NodeSettings.ofVisitor()))) {
            TestLibraries.assertClean(library);
            assertThat(library.damaged()).isEmpty();
        }
        try (Stream<Path> spools = Files.list(data.resolve("spool"));
                Stream<Path> entries = Files.list(data.resolve("catalog"))) {
            assertThat(spools).as("seed %d", seed).isEmpty();
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .as("seed %d", seed)
                    .noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    private long packBytes() throws IOException {
        try (Stream<Path> packs = Files.walk(directory.resolve("data/blobs/packs"))) {
            return packs.filter(Files::isRegularFile)
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }
}
