package mirage.glance.identity.keystone;

import org.jspecify.annotations.Nullable;
import org.openstack4j.api.exceptions.ClientResponseException;
import org.openstack4j.core.transport.ExecutionOptions;
import org.openstack4j.core.transport.HttpEntityHandler;
import org.openstack4j.core.transport.HttpResponse;
import org.openstack4j.core.transport.ObjectMapperSingleton;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/** An answer as OpenStack4j wants it. Its body is in memory already. */
record ConnectorResponse(java.net.http.HttpResponse<byte[]> answer) implements HttpResponse {
    @Override
    public <T> T getEntity(Class<T> type) {
        return HttpEntityHandler.handle(this, type, null, false);
    }

    @Override
    public <T> T getEntity(Class<T> type, @Nullable ExecutionOptions<T> options) {
        return HttpEntityHandler.handle(this, type, options, false);
    }

    @Override
    public <T> T readEntity(Class<T> type) {
        try {
            return ObjectMapperSingleton.getContext(type).readerFor(type).readValue(answer.body());
        } catch (IOException malformed) {
            // The content may hold secrets, and Jackson quotes it in its messages.
            throw new ClientResponseException(
                    "an answer that is no " + type.getSimpleName(), getStatus(), null);
        }
    }

    @Override
    public int getStatus() {
        return answer.statusCode();
    }

    @Override
    public @Nullable String getContentType() {
        return header("Content-Type");
    }

    @Override
    public String getStatusMessage() {
        return "status " + getStatus();
    }

    @Override
    public InputStream getInputStream() {
        return new ByteArrayInputStream(answer.body());
    }

    @Override
    public @Nullable String header(String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    @Override
    public Map<String, String> headers() {
        Map<String, String> first = new HashMap<>();
        answer.headers().map().forEach((name, values) -> first.put(name, values.getFirst()));
        return first;
    }

    @Override
    public void close() {}
}
