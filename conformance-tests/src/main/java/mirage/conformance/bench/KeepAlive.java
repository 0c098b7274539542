package mirage.conformance.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection that asks one thing after the other and throws the answers away: as little work as a client can have, so
 * that on one machine the servers are measured.
 */
final class KeepAlive implements AutoCloseable {
    private static final int SLOWEST_MILLIS = 120_000;

    private final URI endpoint;
    private final String token;
    private Socket socket;
    private InputStream in;

    KeepAlive(URI endpoint, String token) throws IOException {
        this.endpoint = endpoint;
        this.token = token;
        this.socket = connect();
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    private Socket connect() throws IOException {
        Socket fresh = new Socket(endpoint.getHost(), endpoint.getPort());
        fresh.setTcpNoDelay(true);
        fresh.setSoTimeout(SLOWEST_MILLIS);
        return fresh;
    }

    /** The number of bytes of the answer's body. */
    long get(String target) throws IOException {
        String request =
                "GET %s HTTP/1.1\r\nHost: %s\r\nX-Auth-Token: %s\r\n\r\n"
                        .formatted(target, endpoint.getAuthority(), token);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = line();
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(target + ": " + status);
        }
        long length = -1;
        boolean isChunked = false;
        boolean closes = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            }
            isChunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
            closes |= header.startsWith("connection:") && header.contains("close");
        }
        if (isChunked) {
            length = chunks();
        } else if (length >= 0) {
            in.skipNBytes(length);
        } else {
            closes = true;
            length = in.transferTo(OutputStream.nullOutputStream());
        }
        if (closes) {
            reconnect();
        }
        return length;
    }

    private long chunks() throws IOException {
        long length = 0;
        while (true) {
            long chunk = Long.parseLong(line(), 16);
            in.skipNBytes(chunk);
            line();
            if (chunk == 0) {
                return length;
            }
            length += chunk;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private void reconnect() throws IOException {
        socket.close();
        socket = connect();
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
