package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.nova.BaseDirectory;
import mirage.catalog.ImageId;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an agent and a Nova have on disk.
 *
 * @param state of the agent
 * @param instances of Nova
 */
record Disk(Path state, Path instances) {
    private static final Set<String> STATE =
            Set.of("built", "control-key", "inventory.json", "lock", "work");

    Path bases() {
        return instances.resolve("_base");
    }

    Path locks() {
        return instances.resolve("locks");
    }

    Path baseOf(String image) {
        return bases().resolve(nameOf(image));
    }

    static String nameOf(String image) {
        return BaseDirectory.nameOf(new ImageId(image));
    }

    /** Puts a file in the place of another, as a whole. */
    static void put(byte[] content, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** As Nova does, which had fetched it. */
    void putBase(String image) throws IOException {
        put(Corpus.disk(image), baseOf(image));
    }

    /** Files of whole images on the agent's shelf. */
    List<Path> shelf() throws IOException {
        return list(state.resolve("built"));
    }

    /** Removes what the host has of an image, so that it must be brought again. */
    void forget(String image) throws IOException {
        Files.deleteIfExists(baseOf(image));
        for (Path file : shelf()) {
            if (file.getFileName().toString().startsWith(image)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Everything is as it should be after whatever happened: bases that have a name are right, what is in the agent's
     * own folder is known and right, and nothing is left of what was under way.
     *
     * @param status that the agent tells
     */
    void requireSound(JsonNode status) throws IOException {
        requireRightBases();
        Set<String> expected = new HashSet<>();
        for (JsonNode held : status.path("held")) {
            if (held.path("place").asText().equals("agent")) {
                Path file = Path.of(held.path("file").asText());
                String image = held.path("image").asText();
                expected.add(file.toString());
                requireContent(
                        file,
                        held.path("view").asText().equals("disk")
                                ? Corpus.disk(image)
                                : Corpus.container(image));
            }
        }
        assertThat(shelf().stream().map(Path::toString))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(list(state.resolve("work"))).isEmpty();
        Set<String> names = new TreeSet<>();
        list(state).forEach(file -> names.add(file.getFileName().toString()));
        assertThat(STATE).containsAll(names);
        assertThat(Stream.concat(list(bases()).stream(), list(locks()).stream()))
                .noneMatch(file -> file.getFileName().toString().startsWith("."));
    }

    /** Whether the agent left something half done. */
    boolean isSomethingUnderWay() throws IOException {
        return !list(state.resolve("work")).isEmpty()
                || Stream.concat(list(bases()).stream(), list(locks()).stream())
                        .anyMatch(file -> file.getFileName().toString().startsWith(".mirage-"));
    }

    void requireRightBases() throws IOException {
        Set<Path> known = new HashSet<>();
        for (String image : Corpus.images()) {
            known.add(baseOf(image));
            requireRightBase(image);
        }
        assertThat(known)
                .containsAll(
                        list(bases()).stream()
                                .filter(file -> !isUnderWay(file.getFileName().toString()))
                                .toList());
    }

    private static boolean isUnderWay(String name) {
        return name.startsWith(".") || name.endsWith(".part");
    }

    /** It is the image's disk, or not there. */
    void requireRightBase(String image) throws IOException {
        try {
            requireContent(baseOf(image), Corpus.disk(image));
        } catch (NoSuchFileException absent) {
            // as right
        }
    }

    /** By another lock of this process, which would overlap one that is held, here or elsewhere. */
    void requireNoLockHeld() throws IOException {
        for (Path file : list(locks())) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                assertThat(lock).as("lock on %s", file).isNotNull();
            }
        }
    }

    private static void requireContent(Path file, byte[] expected) throws IOException {
        assertThat(Arrays.equals(Files.readAllBytes(file), expected))
                .as("%s has what it should have", file)
                .isTrue();
    }

    static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
