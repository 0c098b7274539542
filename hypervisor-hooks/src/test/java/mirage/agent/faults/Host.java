package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.FakeFacade;
import mirage.agent.FaultyWire;
import mirage.agent.ServiceFault;
import mirage.agent.run.TestAgent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A host with an agent, which holds the base of all children, and a service that is the host's alone. */
final class Host implements AutoCloseable {
    private static final Set<String> STATE =
            Set.of("built", "control-key", "inventory.json", "lock", "work");

    final Corpus corpus;
    final Tier tier;
    final FakeFacade service;
    final FaultyWire wire;
    final TestAgent agent;

    Host(Corpus corpus, Tier tier, Path directory) throws Exception {
        this.corpus = corpus;
        this.tier = tier;
        this.service = corpus.service.twin();
        this.wire = new FaultyWire(service.port());
        List<String> options = new ArrayList<>(tier.options());
        options.add("agent.poll_interval=1h");
        options.add("pull.interval=1h");
        options.add("verify.rate=0");
        this.agent = new TestAgent(directory, wire.uri(), options.toArray(String[]::new));
        putBase();
    }

    Path base() {
        return agent.baseOf(Corpus.BASE);
    }

    /** As Nova does, which had fetched it. */
    void putBase() throws IOException {
        put(Corpus.disk(Corpus.BASE), base());
    }

    /** Puts a file in the place of another, as a whole. */
    static void put(byte[] content, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    String bring(String image) {
        return tier.bring(image, agent);
    }

    /** Where the agent has an image that is under way, or will have: the number counts from the start of the agent. */
    Path workFile(int number, String kind) {
        return agent.state.resolve("work").resolve(Corpus.CHILD + "." + number + "." + kind);
    }

    /** Files of whole images on the agent's shelf. */
    List<Path> shelf() throws IOException {
        return list(agent.state.resolve("built"));
    }

    /** Removes what the host has of an image, so that it must be brought again. */
    void forget(String image) throws IOException {
        Files.deleteIfExists(agent.baseOf(image));
        for (Path file : shelf()) {
            if (file.getFileName().toString().startsWith(image)) {
                Files.delete(file);
            }
        }
    }

    /** The service works again. */
    void mendService() {
        service.fault = ServiceFault.NONE;
        wire.live();
    }

    /**
     * The agent is as it should be after whatever happened: bases that have a name are right, no lock is held, what is
     * on disk is known and right.
     */
    void requireSound() throws IOException {
        requireRightBases();
        requireNoLockHeld();
        Set<String> expected = new HashSet<>();
        for (JsonNode held : agent.json("/agent/status").path("held")) {
            if (held.path("place").asText().equals("agent")) {
                Path file = Path.of(held.path("file").asText());
                String image = held.path("image").asText();
                expected.add(file.toString());
                assertThat(file)
                        .hasBinaryContent(
                                held.path("view").asText().equals("disk")
                                        ? Corpus.disk(image)
                                        : Corpus.container(image));
            }
        }
        assertThat(shelf().stream().map(Path::toString))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(list(agent.state.resolve("work"))).isEmpty();
        Set<String> names = new TreeSet<>();
        list(agent.state).forEach(file -> names.add(file.getFileName().toString()));
        assertThat(STATE).containsAll(names);
        assertThat(list(agent.instances.resolve("locks")))
                .allMatch(file -> file.getFileName().toString().startsWith("nova-"));
    }

    void requireRightBases() throws IOException {
        Set<Path> known = new HashSet<>();
        for (String image : Corpus.images()) {
            Path base = agent.baseOf(image);
            known.add(base);
            if (Files.exists(base)) {
                assertThat(base).hasBinaryContent(Corpus.disk(image));
            }
        }
        assertThat(known).containsAll(list(agent.instances.resolve("_base")));
    }

    /** By another lock of this process, which would overlap one that the agent holds, here or elsewhere. */
    void requireNoLockHeld() throws IOException {
        for (Path file : list(agent.instances.resolve("locks"))) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                assertThat(lock).as("lock on %s", file).isNotNull();
            }
        }
    }

    static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Override
    public void close() throws IOException {
        agent.close();
        wire.close();
        service.close();
    }
}
