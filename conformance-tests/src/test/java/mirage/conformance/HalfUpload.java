package mirage.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An upload of which half is sent. Closing it in between breaks it off. */
record HalfUpload(Socket socket, byte[] bytes) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static HalfUpload begin(URI endpoint, String token, String id, byte[] bytes)
            throws IOException {
        Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        OutputStream out = socket.getOutputStream();
        out.write(
                new ImageApi(endpoint, token)
                        .uploadHead(id, bytes.length)
                        .getBytes(StandardCharsets.US_ASCII));
        out.write(bytes, 0, bytes.length / 2);
        out.flush();
        return new HalfUpload(socket, bytes);
    }

    /** Sends the rest; gives the status of the answer, 0 when there was none. */
    int finish() {
        try {
            int half = bytes.length / 2;
            socket.getOutputStream().write(bytes, half, bytes.length - half);
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 204".length());
            return line.length < 12
                    ? 0
                    : Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
        } catch (IOException ended) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
