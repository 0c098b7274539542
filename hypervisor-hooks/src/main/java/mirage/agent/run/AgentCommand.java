package mirage.agent.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.fleet.FleetCommand;
import mirage.command.Subcommand;
import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.SampleFile;
import mirage.log.Logs;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Runs the agent of a host until it is told to stop. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description =
                "Give this host images made of what it holds. Serves the Image API to it and passes"
                        + " on what it cannot answer. Prints one line, 'ready http://HOST:PORT', to"
                        + " standard output when it does; everything else goes to standard error.",
        subcommands = {
            AgentCommand.ShowStatus.class,
            AgentCommand.Pull.class,
            FleetCommand.class,
            AgentCommand.Sample.class,
            AgentCommand.WriteReference.class
        },
        footer = {
            "",
            "Examples:",
            "  mirage agent --config-file /etc/mirage/agent.conf",
            "  mirage agent status",
            "  mirage agent pull newest:debian-12"
        })
public final class AgentCommand implements Subcommand {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCommand.class);

    @Mixin private AgentFiles files = new AgentFiles();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        AgentSettings settings;
        Configuration configuration;
        try {
            configuration = files.read();
            settings = AgentSettings.from(configuration);
        } catch (ConfigException wrong) {
            return AgentFiles.refused(wrong, spec);
        }
        Logs.configure(configuration, settings.host());
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        // SIGTERM: the machine runs this and waits for it.
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            told.countDown();
                            await(stopped);
                        }));
        try (Agent agent = Agent.start(settings)) {
            PrintWriter out = spec.commandLine().getOut();
            String host = settings.listen().getHostString();
            out.println(
                    "ready http://"
                            + (host.contains(":") ? "[" + host + "]" : host)
                            + ":"
                            + agent.port());
            out.flush();
            told.await();
            LOG.info("stopping");
        } finally {
            stopped.countDown();
        }
        return CommandLine.ExitCode.OK;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code mirage agent status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Tell how the agent on this host is, and what it holds.")
    static final class ShowStatus implements Subcommand {
        @Mixin private AgentFiles files = new AgentFiles();

        @Option(names = "--json", description = "Everything, as JSON.")
        private boolean json;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Configuration configuration;
            try {
                configuration = files.read();
            } catch (ConfigException wrong) {
                return AgentFiles.refused(wrong, spec);
            }
            String status =
                    new AgentClient(configuration.get(AgentOptions.LISTEN)).get("/agent/status");
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(status);
            } else {
                print(new ObjectMapper().readTree(status), out);
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        }

        private static void print(JsonNode status, PrintWriter out) {
            status.properties()
                    .forEach(field -> {
                        if (field.getValue().isValueNode()) {
                            out.printf(
                                    "%-20s %s%n",
                                    field.getKey().replace('_', ' '), field.getValue().asText());
                        }
                    });
            for (JsonNode held : status.path("held")) {
                out.printf(
                        "%-36s %-9s %-5s %-7s %,d%n",
                        held.path("image").asText(),
                        held.path("view").asText(),
                        held.path("place").asText(),
                        held.path("state").asText(),
                        held.path("length").asLong());
            }
        }
    }

    /** {@code mirage agent pull}. */
    @Command(
            name = "pull",
            mixinStandardHelpOptions = true,
            description = "Have images ready on this host; waits until they are.",
            footer = {"", "Example:", "  mirage agent pull newest:debian-12 tag=everywhere"})
    static final class Pull implements Subcommand {
        @Mixin private AgentFiles files = new AgentFiles();

        @Parameters(
                paramLabel = "IMAGE",
                arity = "1..*",
                description = "An id, a name, tag=TAG or newest:NAME.")
        private List<String> images = new ArrayList<>();

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Configuration configuration;
            try {
                configuration = files.read();
            } catch (ConfigException wrong) {
                return AgentFiles.refused(wrong, spec);
            }
            ObjectMapper json = new ObjectMapper();
            ObjectNode request = json.createObjectNode();
            images.forEach(request.putArray("images")::add);
            JsonNode results =
                    json.readTree(
                            new AgentClient(configuration.get(AgentOptions.LISTEN))
                                    .post(
                                            "/agent/pull",
                                            ControlKey.read(
                                                    configuration.get(AgentOptions.STATE_DIR)),
                                            json.writeValueAsString(request)));
            PrintWriter out = spec.commandLine().getOut();
            boolean failed = false;
            for (Map.Entry<String, JsonNode> result : results.properties()) {
                String words = result.getValue().asText();
                failed |= words.startsWith("failed");
                out.println(result.getKey() + " " + words);
            }
            out.flush();
            return failed ? 1 : CommandLine.ExitCode.OK;
        }
    }

    /** {@code mirage agent sample}. */
    @Command(
            name = "sample",
            mixinStandardHelpOptions = true,
            description =
                    "Print an agent.conf with every option explained, commented out as it is by"
                            + " default.")
    static final class Sample implements Subcommand {
        @Option(
                names = "--set",
                paramLabel = "SECTION.OPTION=VALUE",
                description = "An option to set in it; may be repeated.")
        private Map<String, String> values = new LinkedHashMap<>();

        @Spec private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try {
                out.print(SampleFile.of(AgentOptions.SCHEMA, values));
            } catch (IllegalArgumentException wrong) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--set: " + wrong.getMessage());
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }

    /** {@code mirage agent reference}. */
    @Command(
            name = "reference",
            mixinStandardHelpOptions = true,
            description =
                    "Print the reference of all options in Markdown:"
                            + " docs/operating/agent-configuration.md.")
    static final class WriteReference implements Subcommand {
        @Spec private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            out.print(AgentReference.text());
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }
}
