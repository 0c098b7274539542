package mirage.facts.collect;

import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Lines of a text, ended by LF or CR LF, decoded as UTF-8. A line is cut at {@value #MAX_LINE_BYTES} bytes. */
public final class Lines {
    private static final int MAX_LINE_BYTES = 64 << 10;
    private static final int BUFFER_BYTES = 16 << 10;

    private final ByteSource text;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private long position;

    public Lines(ByteSource text) {
        this.text = text;
    }

    /** The next line without its end, null behind the last. */
    public @Nullable String next() throws IOException {
        line.reset();
        while (fill()) {
            int start = buffer.position();
            int end = start;
            while (end < buffer.limit() && buffer.get(end) != '\n') {
                end++;
            }
            take(start, end);
            if (end < buffer.limit()) {
                buffer.position(end + 1);
                return decoded();
            }
            buffer.position(end);
        }
        return line.size() == 0 ? null : decoded();
    }

    private void take(int start, int end) {
        line.write(buffer.array(), start, Math.min(end - start, MAX_LINE_BYTES - line.size()));
    }

    private String decoded() {
        String decoded = line.toString(StandardCharsets.UTF_8);
        return decoded.endsWith("\r") ? decoded.substring(0, decoded.length() - 1) : decoded;
    }

    private boolean fill() throws IOException {
        if (!buffer.hasRemaining()) {
            position += text.readAt(position, buffer.clear());
            buffer.flip();
        }
        return buffer.hasRemaining();
    }
}
