package mirage.library;

import mirage.ingest.SpoolName;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * This process among those that work on a library: its name, which it holds by a lock, its heartbeat, its private
 * directory, and what it sees of the others.
 *
 * <p>Another node counts as dead when its heartbeat, whatever it says, did not change for a while of this process's own
 * clock, and then only for whoever can take its lock. Clocks of machines are not compared.
 */
final class Node implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String HEARTBEAT = "heartbeat";
    private static final String TAKING_OVER = "taken over by";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 50;
    private static final int BEATS_UNTIL_DEAD = 6;

    private final NodeSettings settings;
    private final Path nodes;
    private final Path own;
    private final Path privateDirectory;
    private final DirectoryLock lock;
    private final Map<String, Observed> others = new HashMap<>();
    private final ScheduledExecutorService heart =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("mirage-heartbeat").factory());
    private long beats;

    /** What was seen of another node, and since when it has been so. */
    private static final class Observed {
        String heartbeat;
        long sinceNanos = System.nanoTime();
        boolean settled;

        Observed(String heartbeat) {
            this.heartbeat = heartbeat;
        }
    }

    private Node(NodeSettings settings, Path nodes, Path privateDirectory, DirectoryLock lock) {
        this.settings = settings;
        this.nodes = nodes;
        this.own = nodes.resolve(settings.name());
        this.privateDirectory = privateDirectory;
        this.lock = lock;
    }

    /**
     * Becomes a node, whose heart beats from now on: opening a library can take a while.
     *
     * @param shared the library's directory
     * @throws DirectoryInUseException when another process is it
     */
    static Node open(Path shared, NodeSettings settings) throws IOException {
        Path nodes = Files.createDirectories(shared.toRealPath().resolve("nodes"));
        DirectoryLock lock =
                take(shared, Files.createDirectories(nodes.resolve(settings.name())), settings);
        boolean opened = false;
        try {
            Node node = new Node(settings, nodes, privateDirectory(shared, nodes, settings), lock);
            node.beat();
            node.startBeating();
            opened = true;
            return node;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** A lock that is held for taking over is given back soon. */
    private static DirectoryLock take(Path shared, Path own, NodeSettings settings)
            throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            DirectoryLock lock = DirectoryLock.tryTake(own, DirectoryLock.self());
            if (lock != null) {
                return lock;
            }
            String holder = DirectoryLock.holder(own);
            if (!holder.startsWith(TAKING_OVER) || System.nanoTime() > deadline) {
                throw new DirectoryInUseException(shared, settings.name(), holder);
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for a lock");
            }
        }
    }

    private static Path privateDirectory(Path shared, Path nodes, NodeSettings settings)
            throws IOException {
        Path chosen = settings.privateDirectory();
        if (chosen != null) {
            return Files.createDirectories(chosen);
        }
        if (settings.visitor()) {
            return Files.createTempDirectory(
                    "mirage-visitor",
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        // That of the default node is where it was before there were others.
        return settings.name().equals(SpoolName.DEFAULT_NODE)
                ? shared
                : nodes.resolve(settings.name());
    }

    String name() {
        return settings.name();
    }

    Path indexDirectory() {
        return privateDirectory.resolve("index");
    }

    Path originalsDirectory() {
        return privateDirectory.resolve("originals");
    }

    private void startBeating() {
        long pause = settings.deadAfter().dividedBy(BEATS_UNTIL_DEAD).toNanos();
        heart.scheduleWithFixedDelay(
                () -> {
                    try {
                        beat();
                    } catch (IOException e) {
                        LOG.error("the heart of node {} does not beat", name(), e);
                    }
                },
                pause,
                pause,
                TimeUnit.NANOSECONDS);
    }

    /** Shows others that this process lives. Each beat differs from the one before. */
    private void beat() throws IOException {
        Files.writeString(own.resolve(HEARTBEAT), DirectoryLock.self() + " beat " + beats++ + "\n");
    }

    /**
     * Looks at the other nodes.
     *
     * @param named further nodes that left something behind
     * @return those that seem dead, and from whom nothing was taken over since
     */
    synchronized List<String> lookForDead(Set<String> named) throws IOException {
        Set<String> names = new TreeSet<>(named);
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(nodes)) {
            directories.forEach(path -> names.add(path.getFileName().toString()));
        }
        names.remove(name());
        names.removeIf(name -> !SpoolName.isNode(name));
        others.keySet().retainAll(names);
        List<String> dead = new ArrayList<>();
        for (String name : names) {
            String heartbeat = heartbeat(name);
            Observed seen = others.computeIfAbsent(name, _ -> new Observed(heartbeat));
            if (!seen.heartbeat.equals(heartbeat)) {
                others.put(name, new Observed(heartbeat));
            } else if (!seen.settled
                    && System.nanoTime() - seen.sinceNanos > settings.deadAfter().toNanos()) {
                dead.add(name);
            }
        }
        return dead;
    }

    private String heartbeat(String name) throws IOException {
        try {
            return Files.readString(
                    nodes.resolve(name).resolve(HEARTBEAT), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    /** Work in the name of a node that does not run, and is kept from running meanwhile. */
    interface Takeover {
        void run() throws IOException;
    }

    /** Takes over from a node that seems dead, unless it holds its lock after all. */
    void takeOver(String name, Takeover work) throws IOException {
        Path directory = Files.createDirectories(nodes.resolve(name));
        try (DirectoryLock taken =
                DirectoryLock.tryTake(directory, TAKING_OVER + " node " + name())) {
            if (taken == null) {
                LOG.warn("node {} does not beat, and holds its lock: nothing is taken over", name);
                return;
            }
            work.run();
            synchronized (this) {
                Observed seen = others.get(name);
                if (seen != null) {
                    seen.settled = true;
                }
            }
            if (name.startsWith(NodeSettings.VISITOR)) {
                deleteTree(directory);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            // Waits for a beat under way: it must not come behind what follows.
            heart.close();
            if (settings.visitor()) {
                if (settings.privateDirectory() == null) {
                    deleteTree(privateDirectory);
                }
                deleteTree(own);
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        List<Path> all;
        try (Stream<Path> tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
