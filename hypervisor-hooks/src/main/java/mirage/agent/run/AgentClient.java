package mirage.agent.run;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Asks the agent that runs on this host. */
final class AgentClient {
    private final URI root;

    AgentClient(InetSocketAddress listen) {
        String host = listen.getHostString();
        this.root =
                URI.create(
                        "http://"
                                + (host.contains(":") ? "[" + host + "]" : host)
                                + ":"
                                + listen.getPort());
    }

    String get(String path) throws IOException {
        return send(HttpRequest.newBuilder(root.resolve(path)).build());
    }

    String post(String path, ControlKey key, String body) throws IOException {
        return send(
                HttpRequest.newBuilder(root.resolve(path))
                        .header("X-Mirage-Agent-Key", key.text())
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private String send(HttpRequest request) throws IOException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> answer =
                    client.send(
                            request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() != 200) {
                throw new IOException(answer.body().strip());
            }
            return answer.body();
        } catch (java.net.ConnectException nobody) {
            throw new IOException("no agent listens at " + root, nobody);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }
}
