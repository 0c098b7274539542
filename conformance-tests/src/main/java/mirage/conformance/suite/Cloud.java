package mirage.conformance.suite;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/**
 * The endpoint and those who call it. Safe for use by many threads.
 *
 * @param endpoint without a path of the API, such as {@code http://127.0.0.1:9292}
 */
record Cloud(URI endpoint, Map<Who, Caller> callers, HttpClient client) {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static Cloud at(URI endpoint, Map<Who, Caller> callers) {
        HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(PATIENCE)
                        .build();
        return new Cloud(endpoint, Map.copyOf(callers), client);
    }

    boolean knows(Who who) {
        return who == Who.NONE || who == Who.BAD || callers.containsKey(who);
    }

    Caller caller(Who who) {
        return requireNonNull(callers.get(who), () -> "no caller " + who.wireName());
    }

    /**
     * Sends a request and reads the whole answer.
     *
     * @param target path and query
     * @param headers further ones; they win over what body and caller say
     */
    Answer send(Who who, String method, String target, Map<String, String> headers, Body body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(endpoint + target))
                        .timeout(PATIENCE)
                        .method(method, body.publisher());
        if (!body.type().isEmpty()) {
            request.setHeader("Content-Type", body.type());
        }
        if (who == Who.BAD) {
            request.setHeader("X-Auth-Token", "0123456789abcdef0123456789abcdef");
        } else if (who != Who.NONE) {
            request.setHeader("X-Auth-Token", caller(who).token());
        }
        headers.forEach((name, value) -> {
            if (name.equalsIgnoreCase("Expect")) {
                request.expectContinue(true);
            } else {
                request.setHeader(name, value);
            }
        });
        return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
    }

    Answer send(Who who, String method, String target, Body body)
            throws IOException, InterruptedException {
        return send(who, method, target, Map.of(), body);
    }
}
