package mirage.glance.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Requests written by hand, for what a proper client cannot send. */
final class RawRequest {
    private RawRequest() {}

    /** The status that alice gets for a path as it stands. */
    static int status(TestService service, String path) {
        return Integer.parseInt(
                exchange(
                                service,
                                "GET "
                                        + path
                                        + " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n"
                                        + "Connection: close\r\n\r\n")
                        .split(" ", 3)[1]);
    }

    /** All that comes back until the server closes the connection. */
    static String exchange(TestService service, String request) {
        try (Socket socket = service.socket()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The next line, without its end; empty at the end of the stream. */
    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Skips header lines. */
    static void headers(InputStream in) throws IOException {
        while (!line(in).isEmpty()) {
            continue;
        }
    }
}
