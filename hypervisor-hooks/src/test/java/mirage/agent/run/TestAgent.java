package mirage.agent.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.FakeFacade;
import mirage.agent.nova.BaseDirectory;
import mirage.catalog.ImageId;
import mirage.config.ConfigException;
import mirage.config.ConfigurationReader;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** An agent in this process, with a Nova's folders, and its consumers. */
public final class TestAgent implements AutoCloseable {
    public static final ObjectMapper JSON = new ObjectMapper();

    /** Longer than anything is waited for. */
    private static final int PATIENCE_SECONDS = 90;

    public final Path state;
    public final Path instances;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, String> options = new LinkedHashMap<>();
    private Agent agent;
    private volatile int port;

    /**
     * Starts one.
     *
     * @param more options, each {@code section.name=value}
     */
    public TestAgent(Path directory, URI facade, String... more) throws IOException {
        this.state = directory.resolve("state");
        this.instances = directory.resolve("instances");
        Files.createDirectories(instances.resolve("_base"));
        Path token = directory.resolve("token");
        Files.writeString(token, FakeFacade.TOKEN + "\n");
        options.put("agent.listen", "127.0.0.1:0");
        options.put("agent.facade", facade.toString());
        options.put("agent.state_dir", state.toString());
        options.put("agent.reserve", "0");
        options.put("agent.host", "compute-1");
        options.put("agent.poll_interval", "1s");
        options.put("pull.interval", "1s");
        options.put("nova.instances_path", instances.toString());
        options.put("nova.user", "");
        options.put("service.token_file", token.toString());
        put(more);
        agent = Agent.start(settings());
        port = agent.port();
    }

    AgentSettings settings() throws IOException {
        Path file = Files.createTempFile(state.getParent(), "agent", ".conf");
        StringBuilder text = new StringBuilder();
        options.forEach((name, value) -> {
            int dot = name.indexOf('.');
            text.append('[').append(name, 0, dot).append("]\n");
            text.append(name.substring(dot + 1)).append(" = ").append(value).append('\n');
        });
        Files.writeString(file, text.toString());
        try {
            return AgentSettings.from(
                    new ConfigurationReader(AgentOptions.SCHEMA, Map.of()).file(file).read());
        } catch (ConfigException wrong) {
            throw new IOException(wrong);
        }
    }

    /** Begins anew with other options, each {@code section.name=value}. */
    public void set(String... more) throws IOException {
        put(more);
        restart();
    }

    /** The same, when it has others now. */
    public void ensure(String... more) throws IOException {
        Map<String, String> before = Map.copyOf(options);
        put(more);
        if (!options.equals(before)) {
            restart();
        }
    }

    private void put(String... more) {
        for (String one : more) {
            int equals = one.indexOf('=');
            options.put(one.substring(0, equals), one.substring(equals + 1));
        }
    }

    public void restart() throws IOException {
        stop();
        start();
    }

    public void stop() throws IOException {
        agent.close();
    }

    public void start() throws IOException {
        agent = Agent.start(settings());
        port = agent.port();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Puts what Nova would have as an image's base. */
    public Path base(String image, byte[] disk) throws IOException {
        return Files.write(baseOf(image), disk);
    }

    public Path baseOf(String image) {
        return instances.resolve("_base").resolve(BaseDirectory.nameOf(new ImageId(image)));
    }

    public HttpResponse<byte[]> get(String path) throws IOException {
        return get(path, FakeFacade.TOKEN);
    }

    public HttpResponse<byte[]> get(String path, String token) throws IOException {
        return send(HttpRequest.newBuilder(uri(path)).header("X-Auth-Token", token).build());
    }

    public HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(failed.getCause());
        } catch (InterruptedException | TimeoutException never) {
            throw new AssertionError(request.uri() + " was not answered", never);
        }
    }

    /** What became of each. */
    public JsonNode pull(String... images) throws IOException {
        ObjectNode request = JSON.createObjectNode();
        ArrayNode list = request.putArray("images");
        List.of(images).forEach(list::add);
        return JSON.readTree(
                send(HttpRequest.newBuilder(uri("/agent/pull"))
                                .header("X-Mirage-Agent-Key", ControlKey.read(state).text())
                                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                                .build())
                        .body());
    }

    public JsonNode json(String path) throws IOException {
        return JSON.readTree(get(path).body());
    }

    public String metrics() throws IOException {
        return new String(get("/metrics").body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Files of the agent's that are no whole image. */
    public List<Path> leftovers() throws IOException {
        try (Stream<Path> work = Files.list(state.resolve("work"));
                Stream<Path> bases = Files.list(instances.resolve("_base"))) {
            return Stream.concat(
                            work,
                            bases.filter(file -> file.getFileName().toString().startsWith(".")))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        agent.close();
    }
}
