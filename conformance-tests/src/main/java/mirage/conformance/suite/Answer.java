package mirage.conformance.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What came back. */
record Answer(HttpResponse<byte[]> http) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 300;

    int status() {
        return http.statusCode();
    }

    byte[] body() {
        return http.body();
    }

    String text() {
        return new String(http.body(), StandardCharsets.UTF_8);
    }

    Optional<String> header(String name) {
        return http.headers().firstValue(name);
    }

    /** Missing when the body is none. */
    JsonNode json() {
        try {
            return JSON.readTree(http.body());
        } catch (IOException noJson) {
            return MissingNode.getInstance();
        }
    }

    /** For a message: the status and the beginning of the body. */
    @Override
    public String toString() {
        String text = text().replaceAll("\\s+", " ");
        return status() + " " + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
    }
}
