package mirage.glance.serve;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * Tells systemd how the service is, by the protocol of sd_notify(3): datagrams to the unix socket that {@code
 * NOTIFY_SOCKET} names. Java has no datagrams for unix sockets, so they are sent by the C library. Without a service
 * manager nothing is sent.
 *
 * <p>A message that cannot be sent is worth a line in the log and no more.
 */
final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    // Linux: <bits/socket.h>, <sys/un.h>.
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int FAMILY_BYTES = 2;
    private static final int MAX_PATH_BYTES = 107;

    private final @Nullable String socket;
    private final @Nullable Duration watchdog;

    private ServiceManager(@Nullable String socket, @Nullable Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /**
     * The one that started this process.
     *
     * @param processId of this process
     */
    static ServiceManager of(Map<String, String> environment, long processId) {
        String socket = environment.get("NOTIFY_SOCKET");
        boolean known = socket != null && (socket.startsWith("/") || socket.startsWith("@"));
        return new ServiceManager(
                known ? socket : null, watchdog(environment, String.valueOf(processId)));
    }

    private static @Nullable Duration watchdog(Map<String, String> environment, String processId) {
        String micros = environment.get("WATCHDOG_USEC");
        boolean ours = environment.getOrDefault("WATCHDOG_PID", processId).equals(processId);
        return ours && micros != null && micros.matches("[1-9][0-9]{0,15}")
                ? Duration.ofNanos(Long.parseLong(micros) * 1000)
                : null;
    }

    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    void stopping() {
        send("STOPPING=1\nSTATUS=waiting for requests under way");
    }

    /** How often {@link #alive} must come, null when nobody waits for it. Half of what the manager waits. */
    @Nullable Duration pulse() {
        return socket == null || watchdog == null ? null : watchdog.dividedBy(2);
    }

    void alive() {
        send("WATCHDOG=1");
    }

    private void send(String message) {
        if (socket == null) {
            return;
        }
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (path.length > MAX_PATH_BYTES) {
            LOG.warn("the service manager's socket has a name of {} bytes", path.length);
            return;
        }
        try {
            send(path, message.getBytes(StandardCharsets.UTF_8));
        } catch (Throwable failure) {
            LOG.warn("the service manager was not told: {}", failure.toString());
        }
    }

    private static void send(byte[] path, byte[] message) throws Throwable {
        Linker linker = Linker.nativeLinker();
        SymbolLookup c = linker.defaultLookup();
        MethodHandle socket =
                linker.downcallHandle(
                        c.findOrThrow("socket"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT));
        MethodHandle sendto =
                linker.downcallHandle(
                        c.findOrThrow("sendto"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
        MethodHandle close =
                linker.downcallHandle(
                        c.findOrThrow("close"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int descriptor = (int) socket.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (descriptor < 0) {
            throw new IllegalStateException("no socket");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(FAMILY_BYTES + MAX_PATH_BYTES + 1L);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, FAMILY_BYTES, path.length);
            if (path[0] == '@') {
                address.set(
                        ValueLayout.JAVA_BYTE, FAMILY_BYTES, (byte) 0); // the abstract namespace
            }
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            long sent =
                    (long)
                            sendto.invokeExact(
                                    descriptor,
                                    text,
                                    (long) message.length,
                                    MSG_NOSIGNAL,
                                    address,
                                    FAMILY_BYTES + path.length);
            if (sent != message.length) {
                throw new IllegalStateException("nobody listens");
            }
        } finally {
            int _ = (int) close.invokeExact(descriptor);
        }
    }
}
