package mirage.library;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A library in a process of its own, which does what it is told line by line, one line answered by one:
 * <pre>
 *   store ID SEED     → stored | exists
 *   check ID SEED     → whole | missing | wrong
 *   delete ID         → deleted
 *   move FROM TO      → moved | missing | exists
 *   spooled           → how many images wait to be taken apart
 * </pre>
 * or {@code failed} with a reason. Images are {@link #content}. Answers begin with a mark, as logs come the same way.
 */
final class NodeProcess {
    static final Duration LOOK_EVERY = Duration.ofMillis(500);
    static final Duration DEAD_AFTER = Duration.ofSeconds(4);
    static final int BASES = 4;
    static final int IMAGE_BYTES = 2_000_000;
    private static final int CHANGES = 3;
    private static final String MARK = "=> ";

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream commands;

    private NodeProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** One of a few disks, changed in a few places: below the number of bases, not changed at all. */
    static byte[] content(long seed) {
        byte[] base = RandomDisks.disk(seed % BASES, IMAGE_BYTES);
        return seed < BASES ? base : RandomDisks.changed(base, seed, CHANGES);
    }

    /** Starts a process, and waits until its library is open. */
    static NodeProcess start(Path data, String node, Acknowledge acknowledge, Path scratch)
            throws IOException {
        NodeProcess started =
                new NodeProcess(
                        new ProcessBuilder(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-Xmx160m",
                                        "-XX:+UseSerialGC",
                                        // Libraries that a killed process unpacked are left behind.
                                        "-Djava.io.tmpdir=" + scratch,
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        NodeProcess.class.getName(),
                                        data.toString(),
                                        node,
                                        acknowledge.name())
                                .redirectError(
                                        ProcessBuilder.Redirect.appendTo(
                                                scratch.resolve(node + ".log").toFile()))
                                .start());
        if (!"open".equals(started.readAnswer())) {
            throw new IOException("node " + node + " does not start, see its log in " + scratch);
        }
        return started;
    }

    /** What the process answers; null when it was killed before it did. */
    synchronized @Nullable String tell(String command) {
        commands.println(command);
        try {
            return readAnswer();
        } catch (IOException e) {
            return null;
        }
    }

    private @Nullable String readAnswer() throws IOException {
        String line = answers.readLine();
        while (line != null && !line.startsWith(MARK)) {
            line = answers.readLine();
        }
        return line == null ? null : line.substring(MARK.length());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Lets it close its library. */
    void stop() throws InterruptedException {
        commands.close();
        if (process.waitFor() != 0) {
            throw new AssertionError("a node ended with " + process.exitValue());
        }
    }

    public static void main(String[] arguments) throws IOException {
        LibrarySettings settings =
                TestLibraries.settings(Acknowledge.valueOf(arguments[2]))
                        .withNode(
                                NodeSettings.named(arguments[1]).withTimes(LOOK_EVERY, DEAD_AFTER));
        try (MirageLibrary library = MirageLibrary.open(Path.of(arguments[0]), settings);
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(MARK + "open");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(MARK + answer(library, List.of(line.split(" "))));
            }
        }
    }

    private static String answer(MirageLibrary library, List<String> command) {
        try {
            return switch (command.getFirst()) {
                case "store" -> {
                    byte[] bytes = content(Long.parseLong(command.get(2)));
                    library.store(id(command, 1), "", new ByteArrayInputStream(bytes));
                    yield "stored";
                }
                case "check" -> check(library, id(command, 1), Long.parseLong(command.get(2)));
                case "delete" -> {
                    library.delete(id(command, 1));
                    yield "deleted";
                }
                case "move" -> {
                    library.move(id(command, 1), id(command, 2));
                    yield "moved";
                }
                case "spooled" -> Long.toString(library.statistics().spooledImages());
                default -> throw new IllegalArgumentException(command.getFirst());
            };
        } catch (ImageExistsException e) {
            return "exists";
        } catch (ImageNotFoundException e) {
            return "missing";
        } catch (IOException | RuntimeException e) {
            return "failed " + e;
        }
    }

    private static ImageId id(List<String> command, int index) {
        return new ImageId(command.get(index));
    }

    private static String check(MirageLibrary library, ImageId image, long seed)
            throws IOException {
        Comparing comparing = new Comparing(content(seed));
        try (ImageContent content = library.open(image, View.CONTAINER)) {
            content.transferTo(0, content.length(), comparing);
        }
        return comparing.differs || comparing.expected.hasRemaining() ? "wrong" : "whole";
    }

    private static final class Comparing implements WritableByteChannel {
        final ByteBuffer expected;
        boolean differs;

        Comparing(byte[] expected) {
            this.expected = ByteBuffer.wrap(expected);
        }

        @Override
        public int write(ByteBuffer bytes) {
            int length = bytes.remaining();
            differs |=
                    length > expected.remaining()
                            || !expected.slice(expected.position(), length).equals(bytes);
            expected.position(Math.min(expected.limit(), expected.position() + length));
            bytes.position(bytes.limit());
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
