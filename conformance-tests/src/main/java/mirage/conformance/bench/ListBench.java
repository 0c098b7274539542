package mirage.conformance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.conformance.suite.Caller;
import mirage.conformance.suite.Keystone;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The command {@code conformance-tests/bench/lists}. */
@Command(
        name = "lists",
        description = {
            "Measures requests per second and latencies of lists, of several endpoints in turns.",
            "The endpoints need as many images: --fill makes them, with the names bench-N and the tags bench-M."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        usageHelpWidth = 110)
public final class ListBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TAGS = 50;

    @Option(
            names = "--target",
            required = true,
            paramLabel = "NAME=URL",
            description = "An endpoint; several are compared with the first.")
    private Map<String, URI> targets = new LinkedHashMap<>();

    @Option(
            names = "--token",
            paramLabel = "NAME=TOKEN@PROJECT_ID",
            description = "Of an endpoint that is not with the Keystone.")
    private Map<String, String> tokens = new LinkedHashMap<>();

    @Option(
            names = "--auth-url",
            paramLabel = "URL",
            description = "A Keystone with a user and project demo, as for the conformance suite.",
            defaultValue = "${env:CONFORMANCE_AUTH_URL}")
    private @Nullable URI authUrl;

    @Option(
            names = "--password",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            defaultValue = "${env:CONFORMANCE_PASSWORD}")
    private @Nullable String password;

    @Option(names = "--fill", paramLabel = "N", description = "First make as many images.")
    private int fill;

    @Option(names = "--seconds", description = "For each request and endpoint.")
    private int seconds = 10;

    @Option(names = "--connections", description = "Clients at a time.")
    private int connections = 4;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ListBench()).execute(arguments));
    }

    private record Target(String name, URI endpoint, String token) {}

    /** What was measured, in milliseconds. */
    private record Measured(double perSecond, double median, double p99) {
        static Measured of(List<Long> nanos, double seconds) {
            List<Long> sorted = nanos.stream().sorted().toList();
            return new Measured(
                    sorted.size() / seconds,
                    sorted.get(sorted.size() / 2) / 1e6,
                    sorted.get((int) (sorted.size() * 0.99)) / 1e6);
        }
    }

    @Override
    public Integer call() throws Exception {
        List<Target> all = new ArrayList<>();
        for (Map.Entry<String, URI> named : targets.entrySet()) {
            Target target = new Target(named.getKey(), named.getValue(), tokenOf(named.getKey()));
            for (int n = count(target.endpoint(), target.token()); n < fill; n += 100) {
                make(target.endpoint(), target.token(), n);
            }
            all.add(target);
        }
        System.out.printf(
                Locale.ROOT,
                "%d connections, %d s each, load %s%n%n",
                connections,
                seconds,
                Files.readString(Path.of("/proc/loadavg")).strip());
        System.out.println("| request | endpoint | per second | median ms | p99 ms | x first |");
        System.out.println("|---|---|---|---|---|---|");
        for (String request :
                List.of(
                        "default page",
                        "limit=1000",
                        "one image",
                        "by name",
                        "by tag",
                        "deep page")) {
            double first = 0;
            for (Target target : all) {
                String path = path(request, target.endpoint(), target.token());
                Measured measured = measure(target.endpoint(), target.token(), path);
                first = first == 0 ? measured.perSecond() : first;
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %s | %.1f | %.1f | %.1f | %.1f |%n",
                        request,
                        target.name(),
                        measured.perSecond(),
                        measured.median(),
                        measured.p99(),
                        measured.perSecond() / first);
            }
        }
        System.out.printf("%nload %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
        return 0;
    }

    private String tokenOf(String target) throws IOException, InterruptedException {
        String given = tokens.get(target);
        if (given != null) {
            return Caller.parse(given).token();
        }
        if (authUrl == null || password == null) {
            throw new IOException("neither --token of " + target + " nor --auth-url was given");
        }
        return Keystone.login(authUrl, "demo", password, "demo").token();
    }

    private static String path(String request, URI endpoint, String token)
            throws IOException, InterruptedException {
        return switch (request) {
            case "default page" -> "/v2/images";
            case "limit=1000" -> "/v2/images?limit=1000";
            case "one image" -> "/v2/images/" + id(endpoint, token, 0);
            case "by name" -> "/v2/images?name=bench-500";
            case "by tag" -> "/v2/images?tag=bench-7";
            default -> "/v2/images?marker=" + id(endpoint, token, 30);
        };
    }

    /** The id of an image, so many behind the oldest. */
    private static String id(URI endpoint, String token, int place)
            throws IOException, InterruptedException {
        String query = "?sort_key=created_at&sort_dir=asc&limit=" + (place + 1);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(endpoint + "/v2/images" + query))
                            .header("X-Auth-Token", token)
                            .build();
            JsonNode images =
                    JSON.readTree(client.send(request, BodyHandlers.ofString()).body())
                            .path("images");
            return images.path(place).path("id").asText();
        }
    }

    private Measured measure(URI endpoint, String token, String path)
            throws InterruptedException, ExecutionException {
        List<Long> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<List<Long>>> running = new ArrayList<>();
            long warm = System.nanoTime() + seconds * 200_000_000L;
            long end = warm + seconds * 1_000_000_000L;
            for (int i = 0; i < connections; i++) {
                running.add(threads.submit(() -> ask(endpoint, token, path, warm, end)));
            }
            for (Future<List<Long>> one : running) {
                all.addAll(one.get());
            }
        }
        return Measured.of(all, seconds);
    }

    private static List<Long> ask(URI endpoint, String token, String path, long warm, long end)
            throws IOException {
        List<Long> nanos = new ArrayList<>();
        try (KeepAlive connection = new KeepAlive(endpoint, token)) {
            long begin = System.nanoTime();
            while (begin < end || nanos.isEmpty()) {
                connection.get(path);
                long now = System.nanoTime();
                if (begin >= warm) {
                    nanos.add(now - begin);
                }
                begin = now;
            }
        }
        return nanos;
    }

    // ---- filling

    private int count(URI endpoint, String token) throws IOException, InterruptedException {
        int count = 0;
        String next = fill == 0 ? "" : "/v2/images?limit=1000";
        while (!next.isEmpty()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(endpoint + next))
                            .header("X-Auth-Token", token)
                            .build();
            JsonNode page = JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
            count += page.path("images").size();
            next = page.path("next").asText();
        }
        return count;
    }

    private void make(URI endpoint, String token, int start)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<?>> running = new ArrayList<>();
            for (int number = start; number < Math.min(fill, start + 100); number++) {
                int n = number;
                running.add(threads.submit(() -> make(endpoint, token, (long) n)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private @Nullable Void make(URI endpoint, String token, long number)
            throws IOException, InterruptedException {
        String body =
                """
                {"name": "bench-%d", "disk_format": "raw", "container_format": "bare", "tags": ["bench-%d"],
                 "os_distro": "debian", "hw_disk_bus": "virtio"}
                """
                        .formatted(number, number % TAGS);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(endpoint + "/v2/images"))
                        .header("X-Auth-Token", token)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException("create: " + answer.statusCode() + " " + answer.body());
        }
        return null;
    }
}
