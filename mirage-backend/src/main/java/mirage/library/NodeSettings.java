package mirage.library;

import mirage.ingest.SpoolName;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a process takes part in a library that others may work on, too: see {@code docs/decisions/0012}.
 *
 * @param name of the node: 1 to 40 lower-case letters, digits and dashes; no two processes have the same at a time
 * @param privateDirectory for the node's chunk index, made when missing; best on a disk of its own machine. Null for the
 *     default: a folder of the library's directory. No two nodes have the same
 * @param lookEvery how often it looks for what others stored, so as not to store it again
 * @param deadAfter how long a node's heart must not have beaten before others take over what it received
 * @param visitor whether it comes for a moment and leaves nothing, not even its index; it takes over from nobody
 */
public record NodeSettings(
        String name,
        @Nullable Path privateDirectory,
        Duration lookEvery,
        Duration deadAfter,
        boolean visitor) {
    static final String VISITOR = "visitor-";

    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    public NodeSettings {
        if (!SpoolName.isNode(name)) {
            throw new IllegalArgumentException(
                    "node name of 1 to 40 lower-case letters, digits and dashes expected, found \""
                            + name
                            + "\"");
        }
        if (name.startsWith(VISITOR) != visitor) {
            throw new IllegalArgumentException(
                    "node name " + name + ": those of visitors, and no others, begin so");
        }
        requirePositive("lookEvery", lookEvery);
        requirePositive("deadAfter", deadAfter);
    }

    /** The only node of a library. */
    public static NodeSettings single() {
        return named(SpoolName.DEFAULT_NODE);
    }

    /** One of several. */
    public static NodeSettings named(String name) {
        return new NodeSettings(name, null, LOOK_EVERY, DEAD_AFTER, false);
    }

    /** A process that works beside others for a moment, under a name that nobody else has. */
    public static NodeSettings ofVisitor() {
        String name =
                VISITOR
                        + ProcessHandle.current().pid()
                        + "-"
                        + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return new NodeSettings(name, null, LOOK_EVERY, DEAD_AFTER, true);
    }

    public NodeSettings withPrivateDirectory(Path directory) {
        return new NodeSettings(name, directory, lookEvery, deadAfter, visitor);
    }

    public NodeSettings withTimes(Duration newLookEvery, Duration newDeadAfter) {
        return new NodeSettings(name, privateDirectory, newLookEvery, newDeadAfter, visitor);
    }

    private static void requirePositive(String what, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException(what + ": more than 0 expected, found " + duration);
        }
    }
}
