package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.agent.FakeFacade;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code mirage agent} as a process of its own. */
final class AgentProcess implements Door, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final URI address;
    private final Path state;

    private AgentProcess(Process process, URI address, Path state) {
        this.process = process;
        this.address = address;
        this.state = state;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param under a command that runs it, empty for none
     */
    static AgentProcess start(List<String> under, Path configuration, Path state, Path log)
            throws IOException {
        List<String> command = new ArrayList<>(under);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + log.toAbsolutePath().getParent(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "mirage.command.MirageCommand",
                        "agent",
                        "--config-file",
                        configuration.toString()));
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        assertThat(line).as("what the agent says first, see %s", log).startsWith("ready ");
        return new AgentProcess(process, URI.create(line.substring("ready ".length())), state);
    }

    URI address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public HttpResponse<byte[]> get(String path) throws IOException {
        return send(
                HttpRequest.newBuilder(address.resolve(path))
                        .header("X-Auth-Token", FakeFacade.TOKEN));
    }

    JsonNode status() throws IOException {
        return JSON.readTree(get("/agent/status").body());
    }

    @Override
    public String pull(String image) throws IOException {
        String key = Files.readString(state.resolve("control-key"));
        byte[] said =
                send(HttpRequest.newBuilder(address.resolve("/agent/pull"))
                                .header("X-Mirage-Agent-Key", key)
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"images\": [\"" + image + "\"]}")))
                        .body();
        return JSON.readTree(said).path(image).asText();
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        try {
            return CLIENT.send(
                    request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM, which it ends well after. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor()).isIn(0, 143);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
