package mirage.library;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a library stands on, closed in the reverse order of its opening; also when opening fails half-way. */
final class OpenedParts implements Closeable {
    private final Deque<Closeable> parts = new ArrayDeque<>();

    <T extends Closeable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Closes every part, whatever others throw. */
    @Override
    public void close() throws IOException {
        @Nullable IOException failure = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
