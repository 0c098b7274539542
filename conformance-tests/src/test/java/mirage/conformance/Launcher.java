package mirage.conformance;

import mirage.conformance.Commands.Finished;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code mirage} command as a user types it: this checkout's launcher, with what the build under test made. */
final class Launcher {
    static final Path FILE =
            Path.of(System.getProperty("mirage.launcher", "../mirage"))
                    .toAbsolutePath()
                    .normalize();

    private Launcher() {}

    /** Runs a command to its end, whatever that is. */
    static Finished run(String... arguments) throws IOException, InterruptedException {
        return Commands.run(process(arguments));
    }

    static ProcessBuilder process(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(FILE.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command);
        // A Maven started by the launcher inside the Maven that runs this test would race with it.
        process.environment().put("MIRAGE_BUILD", "never");
        // The build's toolchain may have found a Java where the launcher does not look by itself.
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return process;
    }
}
