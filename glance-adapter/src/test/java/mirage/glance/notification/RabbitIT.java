package mirage.glance.notification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.notification.Notifications.Priority;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/**
 * Notifications through a real RabbitMQ to a real listener of oslo.messaging: needs the Debian packages rabbitmq-server
 * and python3-oslo.messaging. Run by {@code mvn verify -Pit-rabbitmq}.
 */
@Tag("rabbitmq")
@Timeout(600)
final class RabbitIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir Path directory;

    @Test
    void aListenerOfOsloMessagingReadsThemAlsoAfterTheBrokerWasAway() throws Exception {
        JsonNode payload =
                JSON.readTree("{\"id\": \"1\", \"name\": \"ein Bild – 図\", \"size\": null}");
        try (RealRabbit rabbit = new RealRabbit(directory);
                Outbox outbox =
                        new Outbox(
                                new RabbitCarrier(settings(rabbit.url())),
                                "image.here",
                                100,
                                InstantSource.system())) {
            // Nobody listens yet: the queue keeps it.
            outbox.send(Priority.INFO, "image.create", payload);
            await(outbox, 1);
            Process listener = listen(rabbit.url());
            try (BufferedReader lines = listener.inputReader(StandardCharsets.UTF_8)) {
                assertThat(lines.readLine()).isEqualTo("ready");
                JsonNode first = JSON.readTree(lines.readLine());
                assertThat(first.get(0).asText()).isEqualTo("info");
                assertThat(first.get(1).asText()).isEqualTo("image.here");
                assertThat(first.get(2).asText()).isEqualTo("image.create");
                assertThat(first.get(3)).isEqualTo(payload);
                assertThat(first.get(4).path("message_id").asText()).hasSize(36);
                assertThat(first.get(4).path("timestamp").asText())
                        .matches("[0-9-]{10} [0-9:]{8}\\.[0-9]{6}");
                outbox.send(Priority.ERROR, "image.upload", JSON.readTree("\"why\""));
                JsonNode second = JSON.readTree(lines.readLine());
                assertThat(second.get(0).asText()).isEqualTo("error");
                assertThat(second.get(3).asText()).isEqualTo("why");
            } finally {
                listener.destroy();
                listener.waitFor();
            }
            rabbit.stop();
            outbox.send(Priority.INFO, "image.delete", payload);
            outbox.send(Priority.INFO, "image.delete", payload);
            assertThat(outbox.dropped()).isZero();
            rabbit.startAgain();
            await(outbox, 4);
            assertThat(outbox.dropped()).isZero();
        }
    }

    private static RabbitSettings settings(String url) {
        return new RabbitSettings(
                RabbitUrl.parse(url, false),
                "glance",
                List.of("notifications"),
                true,
                false,
                false,
                false,
                null);
    }

    private static void await(Outbox outbox, long sent) throws InterruptedException {
        while (outbox.sent() < sent) {
            Thread.sleep(50);
        }
    }

    private Process listen(String url) throws IOException {
        Path script = directory.resolve("oslo-listener.py");
        try (InputStream in = RabbitIT.class.getResourceAsStream("oslo-listener.py")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        return new ProcessBuilder(PYTHON, script.toString(), url, "notifications")
                .redirectError(directory.resolve("listener.err").toFile())
                .start();
    }
}
