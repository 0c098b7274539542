package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** With a listener in Python in the place of systemd: Java cannot receive such datagrams either. */
@Timeout(60)
final class ServiceManagerTest {
    private static final String LISTENER =
            """
            import socket, sys
            name = sys.argv[1]
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind("\\0" + name[1:] if name.startswith("@") else name)
            print("bound", flush=True)
            for _ in range(3):
                print(repr(s.recv(4096).decode()), flush=True)
            """;

    @TempDir Path directory;

    @Test
    void messagesReachTheSocket() throws Exception {
        assertReach(directory.resolve("notify").toString());
    }

    @Test
    void messagesReachTheAbstractSocket() throws Exception {
        assertReach("@mirage-test-" + ProcessHandle.current().pid());
    }

    private static void assertReach(String socket) throws Exception {
        Process listener =
                new ProcessBuilder("python3", "-c", LISTENER, socket)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader heard = listener.inputReader()) {
            assertThat(heard.readLine()).isEqualTo("bound");
            ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", socket), 1);
            manager.ready("serving at http://h:1");
            manager.alive();
            manager.stopping();
            assertThat(heard.readLine()).isEqualTo("'READY=1\\nSTATUS=serving at http://h:1'");
            assertThat(heard.readLine()).isEqualTo("'WATCHDOG=1'");
            assertThat(heard.readLine())
                    .isEqualTo("'STOPPING=1\\nSTATUS=waiting for requests under way'");
        } finally {
            listener.destroy();
            assertThat(listener.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aManagerThatIsNotThereIsNoFailure() throws Exception {
        ServiceManager.of(Map.of(), 1).ready("");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", "vsock:2:1"), 1).ready("");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", directory.resolve("none").toString()), 1)
                .ready("");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200)), 1).ready("");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void theWatchdogIsFedTwiceAsOftenAsItWaits() {
        Map<String, String> forUs =
                Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "17");
        assertThat(ServiceManager.of(forUs, 17).pulse()).isEqualTo(Duration.ofSeconds(15));
        assertThat(ServiceManager.of(forUs, 18).pulse()).as("another's").isNull();
        assertThat(ServiceManager.of(Map.of("WATCHDOG_USEC", "30000000"), 17).pulse()).isNull();
        for (String wrong : new String[] {"", "0", "-1", "soon", "99999999999999999999"}) {
            assertThat(
                            ServiceManager.of(
                                            Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", wrong),
                                            17)
                                    .pulse())
                    .as(wrong)
                    .isNull();
        }
    }
}
