package mirage.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Passes TCP connections on to a server, and breaks them when it is told to. */
public final class FaultyWire implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Connections are cut after so many bytes of answers each; 0 lets them be. */
    private volatile long cutAfter;

    private volatile boolean dead;
    private final AtomicLong answered = new AtomicLong();

    public FaultyWire(int port) throws IOException {
        this.port = port;
        Thread.ofVirtual().start(this::accept);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    public void cutAfter(long bytes) {
        cutAfter = bytes;
        cutAll();
    }

    /** Takes no connections, and ends those that there are. */
    public void die() {
        dead = true;
        cutAll();
    }

    public void live() {
        dead = false;
    }

    /** Bytes of answers that went through. */
    public long answered() {
        return answered.get();
    }

    private void cutAll() {
        open.forEach(FaultyWire::close);
        open.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (dead) {
                    client.setSoLinger(true, 0);
                    client.close();
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> pass(client, server, false));
                Thread.ofVirtual().start(() -> pass(server, client, true));
            } catch (IOException closed) {
                // the loop's condition tells
            }
        }
    }

    private void pass(Socket from, Socket to, boolean answers) {
        long left = answers && cutAfter > 0 ? cutAfter : Long.MAX_VALUE;
        byte[] buffer = new byte[16 * 1024];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    break;
                }
                out.write(buffer, 0, read);
                left -= read;
                if (answers) {
                    answered.addAndGet(read);
                }
            }
        } catch (IOException cut) {
            // as it was told
        }
        close(from);
        close(to);
        open.remove(from);
        open.remove(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // it is closed then
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cutAll();
    }
}
