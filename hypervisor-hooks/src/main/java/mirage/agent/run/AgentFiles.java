package mirage.agent.run;

import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code --config-file}: which files of settings count. */
final class AgentFiles {
    private static final Path DEFAULT_FILE = Path.of("/etc/mirage/agent.conf");

    @Option(
            names = "--config-file",
            paramLabel = "FILE",
            description =
                    "File of settings; of several, the later wins (default: /etc/mirage/agent.conf"
                            + " when it is there).")
    private List<Path> files = new ArrayList<>();

    Configuration read() throws ConfigException {
        ConfigurationReader reader = new ConfigurationReader(AgentOptions.SCHEMA, System.getenv());
        if (!files.isEmpty()) {
            files.forEach(reader::file);
        } else if (Files.exists(DEFAULT_FILE)) {
            reader.file(DEFAULT_FILE);
        }
        return reader.read();
    }

    /** Tells every problem and gives the exit code. */
    static int refused(ConfigException wrong, CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        wrong.problems().forEach(problem -> err.println("mirage: " + problem));
        err.flush();
        return 1;
    }
}
