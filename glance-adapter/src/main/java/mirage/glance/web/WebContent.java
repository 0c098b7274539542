package mirage.glance.web;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * What an address answers.
 *
 * @param status 200, or 206 when a range was asked for and given
 * @param length of the body in bytes, null when the server does not say
 * @param body ends with an exception when the server breaks off
 */
public record WebContent(int status, @Nullable Long length, InputStream body) implements Closeable {
    @Override
    public void close() throws IOException {
        body.close();
    }
}
