package mirage.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks the endpoints of an Image API in turn. One of them may be ended meanwhile: what it does not answer is no failure.
 * Safe for use by many threads.
 */
final class RoundRobin {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<URI> endpoints;
    private final String token;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<URI> ended = ConcurrentHashMap.newKeySet();

    RoundRobin(List<URI> endpoints, String token) {
        this.endpoints = endpoints;
        this.token = token;
    }

    /** The same caller, elsewhere. */
    RoundRobin at(List<URI> others) {
        return new RoundRobin(others, token);
    }

    String token() {
        return token;
    }

    /** An endpoint is ended now. */
    void ends(URI endpoint) {
        ended.add(endpoint);
    }

    boolean isAnyEnded() {
        return !ended.isEmpty();
    }

    /** The endpoint whose turn it is. */
    URI next() {
        List<URI> alive = endpoints.stream().filter(one -> !ended.contains(one)).toList();
        return alive.get(Math.floorMod(turn.getAndIncrement(), alive.size()));
    }

    /**
     * Sends a request.
     *
     * @param below {@code /v2/images}, or a path from {@code /v2} on
     * @return null when its endpoint was ended
     */
    @Nullable HttpResponse<String> send(HttpRequest.Builder request, String below)
            throws IOException, InterruptedException {
        URI endpoint = next();
        try {
            return client.send(complete(request, endpoint, below), BodyHandlers.ofString());
        } catch (IOException failure) {
            if (ended.contains(endpoint)) {
                return null;
            }
            throw failure;
        }
    }

    /** What a body is read with. */
    @FunctionalInterface
    interface BodyReader {
        void read(int status, InputStream body) throws IOException;
    }

    /**
     * Downloads an image.
     *
     * @return false when the endpoint was ended and the download with it
     */
    boolean download(String id, BodyReader reader) throws IOException, InterruptedException {
        URI endpoint = next();
        HttpRequest request = complete(HttpRequest.newBuilder(), endpoint, "/" + id + "/file");
        try {
            HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                reader.read(answer.statusCode(), body);
            }
            return true;
        } catch (IOException failure) {
            if (ended.contains(endpoint)) {
                return false;
            }
            throw failure;
        }
    }

    /** An image as it is shown, null when it is not there or its endpoint was ended. */
    @Nullable JsonNode show(String id) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(), "/" + id);
        if (answer == null || answer.statusCode() == 404) {
            return null;
        }
        return body(answer, "show " + id);
    }

    /** All that are listed; those before a page whose marker was deleted meanwhile. */
    List<JsonNode> list() throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String page = "?limit=1000";
        while (!page.isEmpty()) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(), page);
            if (answer == null || answer.statusCode() == 400 && page.contains("marker=")) {
                return all;
            }
            JsonNode list = body(answer, "list");
            list.path("images").forEach(all::add);
            page = list.path("next").asText().replaceFirst("^/v2/images", "");
        }
        return all;
    }

    /** Parses what was answered with 200. */
    static JsonNode body(HttpResponse<String> answer, String asked) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(asked + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    static HttpRequest.Builder octets(BodyPublisher body) {
        return HttpRequest.newBuilder()
                .header("Content-Type", "application/octet-stream")
                .PUT(body);
    }

    private HttpRequest complete(HttpRequest.Builder request, URI endpoint, String below) {
        String path = below.startsWith("/v2/") ? below : "/v2/images" + below;
        return request.uri(URI.create(endpoint + path))
                .header("X-Auth-Token", token)
                .timeout(PATIENCE)
                .build();
    }
}
