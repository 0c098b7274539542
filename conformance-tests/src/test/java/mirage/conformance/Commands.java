package mirage.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the programs of the machine. */
final class Commands {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a program left behind. */
    record Finished(List<String> command, int exitCode, byte[] output, String errors) {
        /** This, when the program said that it succeeded. */
        Finished orFail() {
            if (exitCode != 0) {
                throw new AssertionError(this + " failed");
            }
            return this;
        }

        String text() {
            return new String(output, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(output);
            } catch (IOException e) {
                throw new UncheckedIOException(this + " gave no JSON", e);
            }
        }

        @Override
        public String toString() {
            return String.join(" ", command)
                    + "\n  exit code "
                    + exitCode
                    + "\n  output: "
                    + new String(output, 0, Math.min(output.length, 2000), StandardCharsets.UTF_8)
                    + "\n  errors: "
                    + errors;
        }
    }

    private Commands() {}

    /** Runs a program to its end, whatever that is. */
    static Finished run(String... command) throws IOException, InterruptedException {
        return run(new ProcessBuilder(command));
    }

    /** Runs a program to its end, whatever that is. Its standard input is empty. */
    static Finished run(ProcessBuilder program) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", null);
        Path errors = Files.createTempFile("errors", null);
        try {
            Process process =
                    program.redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile())
                            .start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(program.command() + " did not end within " + PATIENCE);
            }
            return new Finished(
                    List.copyOf(program.command()),
                    process.exitValue(),
                    Files.readAllBytes(output),
                    Files.readString(errors));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /** Fails, saying how to get it, when a program is not installed. */
    static void require(String program, String packageName)
            throws IOException, InterruptedException {
        if (run("sh", "-c", "command -v \"$0\"", program).exitCode() != 0) {
            throw new AssertionError(
                    "no " + program + " on this machine: apt-get install " + packageName);
        }
    }
}
