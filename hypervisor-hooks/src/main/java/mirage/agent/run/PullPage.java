package mirage.agent.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.proxy.AgentServer.Page;
import mirage.agent.proxy.AgentServer.PageAnswer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code POST /agent/pull} with {@code {"images": [WORD, …]}}; answers what became of each, when all are done. */
final class PullPage implements Page {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Duties duties;
    private final Path state;
    private volatile @Nullable ControlKey key;

    /**
     * @param state the directory that the key goes into, with {@link #makeKey}
     */
    PullPage(Duties duties, Path state) {
        this.duties = duties;
        this.state = state;
    }

    /** Makes the key, when there is none: on a full disk it cannot be written, and there are no orders until it can. */
    void makeKey() throws IOException {
        if (key == null) {
            key = ControlKey.make(state);
        }
    }

    @Override
    public PageAnswer answer(String method, String presented, byte[] body) throws IOException {
        if (!method.equals("POST")) {
            return words(405, "Only POST is allowed here.");
        }
        ControlKey made = key;
        if (made == null) {
            return words(503, "The agent's key could not be written yet: is the disk full?");
        }
        if (!made.is(presented)) {
            return words(403, "The key in the agent's state directory is needed.");
        }
        List<String> images = new ArrayList<>();
        try {
            JsonNode list = JSON.readTree(body).path("images");
            list.forEach(image -> images.add(image.asText()));
        } catch (com.fasterxml.jackson.core.JacksonException malformed) {
            return words(400, "An object of JSON with a list images is expected.");
        }
        try {
            ObjectNode results = JSON.createObjectNode();
            duties.pull(images).forEach(results::put);
            return new PageAnswer(200, "application/json", JSON.writeValueAsBytes(results));
        } catch (IOException failure) {
            return words(503, String.valueOf(failure.getMessage()));
        }
    }

    private static PageAnswer words(int status, String words) {
        return new PageAnswer(
                status,
                "text/plain; charset=UTF-8",
                (words + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
