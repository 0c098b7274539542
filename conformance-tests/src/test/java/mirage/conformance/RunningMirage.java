package mirage.conformance;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code mirage serve} in a process of its own, on a free port of 127.0.0.1. The launcher becomes the Java process, so
 * a signal to the child reaches Java itself.
 */
final class RunningMirage implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final String READY = "ready ";
    private static final Pattern FAULT =
            Pattern.compile(" ERROR |mirage\\.glance\\.access .* 5\\d\\d in=");

    private final Path data;
    private final Path log;
    private final Process process;
    private final URI address;

    private RunningMirage(Path data, Path log, Process process, URI address) {
        this.data = data;
        this.log = log;
        this.process = process;
        this.address = address;
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param data the library's folder; the server's log is appended to a file beside it
     */
    static RunningMirage start(Path data, Acknowledge acknowledge)
            throws IOException, InterruptedException {
        return start(data, "--acknowledge", acknowledge.option());
    }

    /**
     * Starts a server with more options, and waits until it serves.
     *
     * @param data the library's folder; the server's log is appended to a file beside it
     */
    static RunningMirage start(Path data, String... options)
            throws IOException, InterruptedException {
        Path log = data.resolveSibling(data.getFileName() + ".log");
        List<String> arguments =
                new ArrayList<>(
                        List.of("serve", "--data", data.toString(), "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of(options));
        ProcessBuilder launcher =
                Launcher.process(arguments.toArray(String[]::new))
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Who runs the tests under nohup hands down that SIGHUP is ignored.
        launcher.command().addAll(0, List.of("env", "--default-signal=HUP"));
        Process process = launcher.start();
        CompletableFuture<URI> ready = new CompletableFuture<>();
        Thread.startVirtualThread(() -> followOutput(process, ready));
        try {
            return new RunningMirage(
                    data, log, process, ready.get(START.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("mirage serve did not start: " + Files.readString(log), e);
        }
    }

    /** Reads to the end, so that the server never waits for a reader of its output. */
    private static void followOutput(Process process, CompletableFuture<URI> ready) {
        try (BufferedReader lines = process.inputReader()) {
            for (@Nullable String line; (line = lines.readLine()) != null; ) {
                if (line.startsWith(READY)) {
                    ready.complete(URI.create(line.substring(READY.length())));
                }
            }
            ready.completeExceptionally(new IOException("its output ended without being ready"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    URI address() {
        return address;
    }

    /** The token of the administrator. */
    String token() throws IOException {
        return Files.readString(data.resolve("token")).strip();
    }

    ImageApi api() throws IOException {
        return new ImageApi(address, token());
    }

    /** Asks the server to end (SIGTERM), and fails when it does not, or not well. */
    void stop() throws IOException, InterruptedException {
        signal("TERM");
        awaitEnd();
    }

    /** Sends a signal. */
    void signal(String name) throws IOException, InterruptedException {
        Commands.run("kill", "-s", name, String.valueOf(process.pid())).orFail();
    }

    /** Fails when a server that was asked to end does not, or not well. */
    void awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
            throw new AssertionError("still there " + GRACE + " after SIGTERM: " + log());
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("ended with " + process.exitValue() + ": " + log());
        }
    }

    /** Ends the server as a failing machine would (SIGKILL). */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The end of what the server logged, in this run and those before it on the same folder. */
    String log() throws IOException {
        String all = Files.readString(log);
        return all.substring(Math.max(0, all.length() - 4000));
    }

    /** What it logged of its own faults, in all runs on the same folder: errors, and answers of 500 and above. */
    List<String> faults() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> FAULT.matcher(line).find()).limit(20).toList();
        }
    }

    /** Stops a server that still runs. */
    @Override
    public void close() throws IOException, InterruptedException {
        if (isAlive()) {
            stop();
        }
    }
}
