package mirage.glance.notification;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A RabbitMQ of Debian's package rabbitmq-server, started on free ports of the loopback and ended by its process. */
final class RealRabbit implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final int port = freePort();
    private final int nodePort = freePort();
    private final int namePort = freePort();
    private Process process;

    /**
     * Starts it, and returns when it takes connections.
     *
     * @param directory for all that it keeps
     */
    RealRabbit(Path directory) throws Exception {
        if (!Files.isExecutable(PROGRAM)) {
            throw new AssertionError("this test needs " + PROGRAM + " (package rabbitmq-server)");
        }
        this.directory = directory;
        this.process = start();
    }

    String url() {
        return "rabbit://guest:guest@127.0.0.1:" + port + "/";
    }

    void stop() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    void startAgain() throws Exception {
        process = start();
    }

    private Process start() throws Exception {
        Files.writeString(directory.resolve("rabbitmq.conf"), "loopback_users = none\n");
        Files.writeString(directory.resolve("enabled_plugins"), "[].\n");
        ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString());
        builder.environment()
                .putAll(
                        Map.ofEntries(
                                Map.entry("HOME", directory.toString()),
                                Map.entry(
                                        "RABBITMQ_NODENAME", "mirage-test-" + port + "@localhost"),
                                Map.entry(
                                        "RABBITMQ_CONFIG_FILE",
                                        directory.resolve("rabbitmq.conf").toString()),
                                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                                Map.entry("RABBITMQ_NODE_PORT", String.valueOf(port)),
                                Map.entry("RABBITMQ_DIST_PORT", String.valueOf(nodePort)),
                                Map.entry("ERL_EPMD_PORT", String.valueOf(namePort)),
                                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                                Map.entry(
                                        "RABBITMQ_MNESIA_BASE",
                                        directory.resolve("mnesia").toString()),
                                Map.entry("RABBITMQ_LOG_BASE", directory.resolve("log").toString()),
                                Map.entry("RABBITMQ_PID_FILE", directory.resolve("pid").toString()),
                                Map.entry(
                                        "RABBITMQ_ENABLED_PLUGINS_FILE",
                                        directory.resolve("enabled_plugins").toString()),
                                Map.entry("RABBITMQ_LOGS", "-"),
                                Map.entry(
                                        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                                        "-kernel inet_dist_use_interface {127,0,0,1}")));
        Process started =
                builder.redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve("output").toFile()))
                        .start();
        awaitPort(started);
        return started;
    }

    private void awaitPort(Process started) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && started.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException notYet) {
                Thread.sleep(200);
            }
        }
        started.destroyForcibly();
        throw new AssertionError(
                "RabbitMQ does not start: " + Files.readString(directory.resolve("output")));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Also ends the daemon of names that Erlang began for this node alone. */
    @Override
    public void close() throws Exception {
        stop();
        ProcessBuilder epmd =
                new ProcessBuilder("epmd", "-port", String.valueOf(namePort), "-kill");
        epmd.redirectErrorStream(true)
                .redirectOutput(directory.resolve("epmd").toFile())
                .start()
                .waitFor();
    }
}
