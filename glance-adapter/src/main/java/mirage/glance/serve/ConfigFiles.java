package mirage.glance.serve;

import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;

import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** {@code --config-file} and {@code --config-dir}: which files of settings count. */
final class ConfigFiles {
    static final Path DEFAULT_FILE = Path.of("/etc/mirage/mirage.conf");
    private static final Path DEFAULT_DIRECTORY = Path.of("/etc/mirage/mirage.conf.d");
    private static final String DATA_VARIABLE = "MIRAGE_DATA";

    @Option(
            names = "--config-file",
            paramLabel = "FILE",
            description =
                    "File of settings; of several, the later wins (default: /etc/mirage/mirage.conf"
                            + " when it is there).")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--config-dir",
            paramLabel = "DIR",
            description =
                    "Directory whose *.conf count after the files, in the order of their names"
                            + " (default: /etc/mirage/mirage.conf.d when it is there).")
    private List<Path> directories = new ArrayList<>();

    /**
     * Reads them.
     *
     * @param overrides adds what the command line sets
     */
    Configuration read(Map<String, String> environment, Consumer<ConfigurationReader> overrides)
            throws ConfigException {
        ConfigurationReader reader = new ConfigurationReader(AllOptions.SCHEMA, environment);
        if (!files.isEmpty()) {
            files.forEach(reader::file);
        } else if (Files.exists(DEFAULT_FILE)) {
            reader.file(DEFAULT_FILE);
        }
        if (!directories.isEmpty()) {
            directories.forEach(reader::directory);
        } else if (Files.exists(DEFAULT_DIRECTORY)) {
            reader.directory(DEFAULT_DIRECTORY);
        }
        String data = environment.get(DATA_VARIABLE);
        if (data != null && !data.isEmpty()) {
            // A path, not a template of one.
            reader.fallback(
                    ServeOptions.DATA_DIRECTORY, data.replace("$", "$$"), "$" + DATA_VARIABLE);
        }
        overrides.accept(reader);
        return reader.read();
    }
}
