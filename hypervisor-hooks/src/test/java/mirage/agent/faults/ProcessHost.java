package mirage.agent.faults;

import mirage.agent.FakeFacade;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A host whose agent is a process, one after the other. */
final class ProcessHost implements AutoCloseable {
    final Disk disk;

    /** What a test that works beside found. */
    final List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());

    private final Path directory;
    private final Map<String, String> options = new LinkedHashMap<>();
    private @Nullable AgentProcess agent;

    ProcessHost(Path directory, FakeFacade service, String... more) throws IOException {
        this.directory = directory;
        this.disk = new Disk(directory.resolve("state"), directory.resolve("instances"));
        Files.createDirectories(disk.bases());
        Path token = Files.writeString(directory.resolve("token"), FakeFacade.TOKEN);
        set(
                "agent.listen=127.0.0.1:0",
                "agent.facade=" + service.uri(),
                "agent.state_dir=" + disk.state(),
                "agent.reserve=0",
                "agent.poll_interval=1s",
                "nova.instances_path=" + disk.instances(),
                "nova.user=",
                "service.token_file=" + token);
        set(more);
    }

    /** Options of the next agent, each {@code section.name=value}. */
    void set(String... more) {
        for (String one : more) {
            int equals = one.indexOf('=');
            options.put(one.substring(0, equals), one.substring(equals + 1));
        }
    }

    /**
     * Starts an agent; the one before has ended.
     *
     * @param under a command that runs it
     */
    AgentProcess start(String... under) throws IOException {
        StringBuilder text = new StringBuilder();
        options.forEach((name, value) -> {
            int dot = name.indexOf('.');
            text.append('[').append(name, 0, dot).append("]\n");
            text.append(name.substring(dot + 1)).append(" = ").append(value).append('\n');
        });
        Path file = Files.writeString(directory.resolve("agent.conf"), text.toString());
        agent =
                AgentProcess.start(
                        List.of(under), file, disk.state(), directory.resolve("agent.log"));
        return agent;
    }

    @Override
    public void close() {
        if (agent != null) {
            agent.close();
        }
    }
}
