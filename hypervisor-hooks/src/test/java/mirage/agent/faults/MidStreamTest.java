package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.FakeFacade;
import mirage.agent.TestImages;
import mirage.agent.run.TestAgent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/** What happens to the agent's file of an image while a slow client is sent it. */
@Execution(ExecutionMode.CONCURRENT)
final class MidStreamTest {
    private static final String BASE = "11111111-1111-1111-1111-111111111111";
    private static final String CHILD = "22222222-2222-2222-2222-222222222222";

    /** More than fits between the agent and a client. */
    private static final int LENGTH = 24 << 20;

    private static final int SMALL_BUFFER = 32 * 1024;
    private static final byte[] BASE_DISK = noise();
    private static final byte[] CHILD_DISK = TestImages.child(BASE_DISK, 7);

    @TempDir private Path directory;
    private FakeFacade service;
    private TestAgent agent;

    private static byte[] noise() {
        byte[] noise = new byte[LENGTH];
        new Random(1).nextBytes(noise);
        return noise;
    }

    @BeforeEach
    void start() throws Exception {
        service = new FakeFacade(directory);
        service.add(BASE, "base", BASE_DISK, "raw", BASE_DISK);
        service.add(CHILD, "child", CHILD_DISK, "raw", CHILD_DISK);
        agent = new TestAgent(directory, service.uri(), "agent.poll_interval=1h");
        agent.base(BASE, BASE_DISK);
    }

    @AfterEach
    void stop() throws IOException {
        agent.close();
        service.close();
    }

    private Path file() {
        return agent.state.resolve("built").resolve(CHILD + ".disk");
    }

    @Test
    void theClientDoesNotNoticeThatItIsCutShort() throws Exception {
        try (Download download = new Download()) {
            try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
                channel.truncate(LENGTH - 500_000);
            }
            assertThat(Arrays.equals(download.rest(), CHILD_DISK)).isTrue();
        }
        assertThat(service.asked)
                .filteredOn(asked -> asked.equals("GET /v2/images/" + CHILD + "/file"))
                .as("the first byte, and the end")
                .hasSize(2);
    }

    @Test
    void theClientDoesNotNoticeThatItIsRemoved() throws Exception {
        try (Download download = new Download()) {
            Files.delete(file());
            assertThat(Arrays.equals(download.rest(), CHILD_DISK)).isTrue();
        }
    }

    @Test
    void theClientDoesNotGetAllOfOneThatRots() throws Exception {
        try (Download download = new Download()) {
            HostFaults.flip(file(), LENGTH - 500_000);
            assertThat(download.rest()).hasSizeLessThan(CHILD_DISK.length);
        }
        assertThat(file()).doesNotExist();
        assertThat(Arrays.equals(agent.get("/v2/images/" + CHILD + "/file").body(), CHILD_DISK))
                .isTrue();
    }

    /** A client that has read the head of an answer and a little more. */
    private final class Download implements AutoCloseable {
        private final Socket socket = new Socket();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final InputStream in;

        Download() throws IOException {
            socket.setReceiveBufferSize(SMALL_BUFFER);
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), agent.uri("/").getPort()));
            socket.getOutputStream()
                    .write(
                            ("GET /v2/images/"
                                            + CHILD
                                            + "/file HTTP/1.1\r\nHost: agent\r\nX-Auth-Token: "
                                            + FakeFacade.TOKEN
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            assertThat(head)
                    .startsWith("HTTP/1.1 200")
                    .contains("Content-Length: " + CHILD_DISK.length);
            body.write(in.readNBytes(SMALL_BUFFER));
        }

        byte[] rest() {
            try {
                in.transferTo(body);
            } catch (IOException cut) {
                // as it may be
            }
            return body.toByteArray();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
