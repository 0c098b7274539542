package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Kills the server (SIGKILL) while it receives, structures or acknowledges an upload, starts it again, and demands the
 * old state or the new one: a record in {@code queued} that takes the upload, or the whole image. What was acknowledged
 * must be there. More rounds with {@code -Dmirage.kills=N}.
 */
final class KillDuringUploadIT {
    private static final int ROUNDS = Integer.getInteger("mirage.kills", 8);
    private static final int OWN_BYTES = 40_000_000;

    /** About what a server needs to structure one of these images, so that kills hit all of that too. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(2500);

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @EnumSource(Acknowledge.class)
    void aKilledServerHoldsEachUploadWholeOrNotAtAll(Acknowledge acknowledge) throws Exception {
        Random random = Seed.random("KillDuringUploadIT " + acknowledge);
        TestImages images = TestImages.get();
        List<Path> real =
                List.of(
                        images.image("inline.raw"),
                        images.image("child.zlib.qcow2"),
                        TestImages.gzip(images.image("base.raw"), folder.resolve("base.raw.gz")),
                        images.image("role.zlib.qcow2"));
        Path data = folder.resolve("data");
        Map<String, Path> kept = new LinkedHashMap<>();
        Map<String, Integer> outcomes = new TreeMap<>();

        for (int round = 0; round < ROUNDS; round++) {
            // Every other time bytes that no earlier round left in the store.
            Path image =
                    round % 2 == 0 ? ownImage(round, random) : real.get(round / 2 % real.size());
            Kill kill = Kill.random(random, Files.size(image));
            Attempt attempt = killDuringUpload(data, acknowledge, image, kill);

            try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
                String state = "round %d, %s, %s".formatted(round, kill, attempt);
                String outcome = assertWholeOrNotAtAll(server.api(), attempt, image, state);
                outcomes.merge(outcome, 1, Integer::sum);
                kept.put(attempt.id(), image);
                assertIntact(server.api(), kept, state);
            }
        }
        Launcher.run("verify", "--data", data.toString()).orFail();
        // Uploads that wait to be taken apart are there by right; nothing of what was begun is.
        assertThat(data.resolve("spool")).isDirectoryNotContaining("glob:**.tmp");
        System.out.println("KillDuringUploadIT " + acknowledge + ": " + outcomes);
    }

    /** When to kill: after so many bytes of the body, after the answer or without waiting for it, and then so long. */
    private record Kill(long bytes, boolean afterAnswer, Duration delay) {
        static Kill random(Random random, long size) {
            Duration delay = Duration.ofMillis(random.nextLong(LONGEST_WAIT.toMillis()));
            return switch (random.nextInt(3)) {
                case 0 -> new Kill(random.nextLong(size), false, delay.dividedBy(50));
                case 1 -> new Kill(size, false, delay);
                default -> new Kill(size, true, delay.dividedBy(2));
            };
        }
    }

    private record Attempt(String id, boolean acknowledged) {}

    private Path ownImage(int round, Random random) throws IOException {
        byte[] bytes = new byte[OWN_BYTES];
        random.nextBytes(bytes);
        return Files.write(folder.resolve("image" + round), bytes);
    }

    private static Attempt killDuringUpload(
            Path data, Acknowledge acknowledge, Path image, Kill kill) throws Exception {
        try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
            ImageApi api = server.api();
            String id = api.create(image.getFileName().toString(), TestImages.diskFormat(image));
            try (Socket socket = new Socket(api.address().getHost(), api.address().getPort());
                    InputStream file = Files.newInputStream(image)) {
                OutputStream out = socket.getOutputStream();
                out.write(
                        api.uploadHead(id, Files.size(image)).getBytes(StandardCharsets.US_ASCII));
                for (long left = kill.bytes(); left > 0; ) {
                    byte[] some = file.readNBytes((int) Math.min(left, 1 << 16));
                    out.write(some);
                    left -= some.length;
                }
                boolean acknowledged = kill.afterAnswer() && isAcknowledged(socket);
                Thread.sleep(kill.delay());
                server.kill();
                return new Attempt(id, acknowledged || isAcknowledged(socket));
            }
        }
    }

    /** Whether the server's answer was on its way to the client before it died. */
    private static boolean isAcknowledged(Socket socket) {
        try {
            String answer =
                    new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(answer).as("answer to the upload").isIn("", "HTTP/1.1 204");
            return !answer.isEmpty();
        } catch (IOException e) {
            return false; // the connection was reset: nothing had come
        }
    }

    /** Leaves the image there in any case; the answer is what the restarted server held, in words. */
    private static String assertWholeOrNotAtAll(
            ImageApi api, Attempt attempt, Path image, String state) throws Exception {
        String status = api.show(attempt.id()).path("status").asText();
        if (attempt.acknowledged()) {
            assertThat(status).as(state).isEqualTo("active");
        } else {
            // Active, too: the server may have finished and died before it could say so.
            assertThat(status).as(state).isIn("queued", "active");
        }
        if (status.equals("queued")) {
            api.upload(attempt.id(), image);
        }
        return (attempt.acknowledged() ? "acknowledged, " : "not acknowledged, ") + status;
    }

    private static void assertIntact(ImageApi api, Map<String, Path> kept, String state)
            throws Exception {
        for (Map.Entry<String, Path> image : kept.entrySet()) {
            assertThat(api.downloadSha256(image.getKey()))
                    .as("%s, after %s", image.getValue(), state)
                    .isEqualTo(Digests.of("SHA-256", image.getValue()));
        }
    }
}
