package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.FakeFacade;
import mirage.agent.TestImages;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** The commands that ask a running agent, and its pages. */
final class AgentCommandTest {
    private static final String IMAGE = "11111111-1111-1111-1111-111111111111";
    private static final byte[] DISK = TestImages.disk(1, 1 << 20);
    @TempDir private static Path directory;
    private static FakeFacade service;
    private static TestAgent agent;
    private static Path configuration;

    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        service = new FakeFacade(directory);
        service.add(IMAGE, "debian 12", DISK, "raw", DISK);
        agent = new TestAgent(directory, service.uri(), "agent.poll_interval=1h");
        configuration =
                Files.writeString(
                        directory.resolve("mine.conf"),
                        "[agent]\nlisten = 127.0.0.1:"
                                + agent.uri("/").getPort()
                                + "\nstate_dir = "
                                + agent.state
                                + "\n");
    }

    @AfterAll
    static void stop() throws IOException {
        agent.close();
        service.close();
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                new CommandLine(new AgentCommand())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .setExecutionExceptionHandler((failure, command, _) -> {
                            command.getErr().println(failure.getMessage());
                            return 1;
                        });
        int code = line.execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private static Ran runAt(String command, String... more) {
        String[] arguments = new String[3 + more.length];
        arguments[0] = command;
        arguments[1] = "--config-file";
        arguments[2] = configuration.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return run(arguments);
    }

    @Test
    void pullTellsWhatBecameOfEach() {
        Ran ran = runAt("pull", "newest:debian 12", "no such");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .containsPattern(IMAGE + " (was )?ready")
                .contains("no such failed: no such: there is no such image");
        assertThat(runAt("pull", IMAGE).code()).isZero();
    }

    @Test
    void statusTellsWhatIsHeld() throws IOException {
        assertThat(runAt("pull", IMAGE).code()).isZero();
        Ran words = runAt("status");
        assertThat(words.code()).isZero();
        assertThat(words.out())
                .contains("compute-1", "fetched bytes", "free bytes", "last poll")
                .containsPattern(IMAGE + " +disk +nova +known +1.048.576");
        JsonNode json = TestAgent.JSON.readTree(runAt("status", "--json").out());
        assertThat(json.path("host").asText()).isEqualTo("compute-1");
        assertThat(json.path("present").asText()).isEqualTo("original");
        assertThat(json.path("fetched_bytes").asLong()).isEqualTo(DISK.length);
        assertThat(json.path("building").asInt(-1)).isZero();
        assertThat(json.path("shelf_bytes").asInt(-1)).isZero();
        assertThat(json.path("revoked_unconfirmed").isArray()).isTrue();
        assertThat(json.path("held").path(0).path("digest").asText())
                .isEqualTo(FakeFacade.dataDigest(DISK));
    }

    @Test
    void metricsAreForPrometheus() throws IOException {
        assertThat(runAt("pull", IMAGE).code()).isZero();
        assertThat(agent.get("/metrics").headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(agent.metrics())
                .contains(
                        "mirage_agent_builds_total{outcome=\"downloaded\"} 1.0",
                        "mirage_agent_fetched_bytes_total " + (double) DISK.length,
                        "mirage_agent_copied_bytes_total 0.0",
                        "mirage_agent_saved_bytes_total 0.0",
                        "mirage_agent_building 0.0",
                        "mirage_agent_held 1.0",
                        "mirage_agent_shelf_bytes 0.0",
                        "mirage_agent_damaged 0.0",
                        "mirage_agent_phase_seconds_count{phase=\"seed\"}",
                        "jvm_memory_used_bytes");
    }

    @Test
    void theSampleIsAConfiguration() throws IOException {
        Ran ran = run("sample", "--set", "agent.listen=127.0.0.1:1");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("\nlisten = 127.0.0.1:1\n").contains("[nova]", "[pull]");
        Path file = Files.writeString(directory.resolve("sample.conf"), ran.out());
        Ran status = run("status", "--config-file", file.toString());
        assertThat(status.code()).isEqualTo(1);
        assertThat(status.err()).contains("no agent listens at http://127.0.0.1:1");
        assertThat(run("sample", "--set", "agent.no=1").code()).isNotZero();
    }

    @Test
    void aWrongOptionIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("wrong.conf"), "[agent]\nbuilds = many\n");
        for (String[] command : new String[][] {{}, {"status"}, {"pull", IMAGE}}) {
            String[] arguments = java.util.Arrays.copyOf(command, command.length + 2);
            arguments[command.length] = "--config-file";
            arguments[command.length + 1] = file.toString();
            Ran ran = run(arguments);
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err()).contains("builds");
        }
    }

    @Test
    void pagesTakeOneMethodEach() throws IOException {
        assertThat(agent.get("/agent/pull").statusCode()).isEqualTo(405);
        for (String page : new String[] {"/agent/status", "/metrics"}) {
            assertThat(
                            agent.send(
                                            java.net.http.HttpRequest.newBuilder(agent.uri(page))
                                                    .DELETE()
                                                    .build())
                                    .statusCode())
                    .isEqualTo(405);
        }
    }
}
