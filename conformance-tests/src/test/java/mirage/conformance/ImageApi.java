package mirage.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/** The few requests of the Image API v2 that the tests make themselves. */
final class ImageApi {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI address;
    private final String token;

    ImageApi(URI address, String token) {
        this.address = address;
        this.token = token;
    }

    /** Makes an image record without data; the answer is its id. */
    String create(String name, String diskFormat) throws IOException, InterruptedException {
        return create(name, diskFormat, "bare");
    }

    String create(String name, String diskFormat, String containerFormat)
            throws IOException, InterruptedException {
        String body =
                JSON.createObjectNode()
                        .put("name", name)
                        .put("disk_format", diskFormat)
                        .put("container_format", containerFormat)
                        .toString();
        HttpResponse<String> answer =
                send(
                        request("")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body)),
                        BodyHandlers.ofString());
        return JSON.readTree(expect(201, answer).body()).required("id").textValue();
    }

    void upload(String id, Path file) throws IOException, InterruptedException {
        BodyPublisher body = BodyPublishers.ofFile(file);
        HttpResponse<String> answer =
                send(
                        request("/" + id + "/file")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(body),
                        BodyHandlers.ofString());
        expect(204, answer);
    }

    JsonNode show(String id) throws IOException, InterruptedException {
        return JSON.readTree(expect(200, send(request("/" + id), BodyHandlers.ofString())).body());
    }

    /** SHA-256 of everything that a download gives. */
    String downloadSha256(String id) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                send(request("/" + id + "/file"), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            String digest = Digests.of("SHA-256", body);
            // Glance answers 204 for an image of no bytes.
            if (answer.statusCode() != 200 && answer.statusCode() != 204) {
                throw new AssertionError("download of " + id + " answered " + answer.statusCode());
            }
            return digest;
        }
    }

    /** The answer to a download with a {@code Range} header. */
    HttpResponse<byte[]> range(String id, String range) throws IOException, InterruptedException {
        return send(request("/" + id + "/file").header("Range", range), BodyHandlers.ofByteArray());
    }

    void delete(String id) throws IOException, InterruptedException {
        expect(204, send(request("/" + id).DELETE(), BodyHandlers.ofString()));
    }

    /** The status line and headers of an upload, for a test that writes the socket itself. */
    String uploadHead(String id, long length) {
        return "PUT "
                + address.getPath()
                + "/v2/images/"
                + id
                + "/file HTTP/1.1\r\nHost: "
                + address.getAuthority()
                + "\r\nX-Auth-Token: "
                + token
                + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                + length
                + "\r\n\r\n";
    }

    URI address() {
        return address;
    }

    private HttpRequest.Builder request(String below) {
        return HttpRequest.newBuilder(URI.create(address + "/v2/images" + below))
                .header("X-Auth-Token", token)
                .timeout(PATIENCE);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return client.send(request.build(), handler);
    }

    private static HttpResponse<String> expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(
                    "%s %s: %d expected, found %d: %s"
                            .formatted(
                                    answer.request().method(),
                                    answer.uri(),
                                    status,
                                    answer.statusCode(),
                                    answer.body()));
        }
        return answer;
    }
}
