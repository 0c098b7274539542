package mirage.conformance.suite;

import org.jspecify.annotations.Nullable;
import org.openstack4j.api.exceptions.ConnectionException;
import org.openstack4j.api.exceptions.ResponseException;
import org.openstack4j.core.transport.ExecutionOptions;
import org.openstack4j.core.transport.HttpEntityHandler;
import org.openstack4j.core.transport.HttpExecutorService;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpResponse;
import org.openstack4j.core.transport.ObjectMapperSingleton;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;

/** OpenStack4j's requests over the JDK's client, found as a service. */
public final class JdkConnector implements HttpExecutorService {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    public <R> HttpResponse execute(HttpRequest<R> request) {
        try {
            java.net.http.HttpRequest.Builder builder =
                    java.net.http.HttpRequest.newBuilder(URI.create(request.getUrl()))
                            .header("Accept", "application/json")
                            .method(request.getMethod().name(), body(request));
            if (request.hasJson() || request.getEntity() != null) {
                builder.setHeader("Content-Type", request.getContentType());
            }
            request.getHeaders()
                    .forEach((name, value) -> builder.setHeader(name, value.toString()));
            return new Received(client.send(builder.build(), BodyHandlers.ofByteArray()));
        } catch (IOException failure) {
            throw new ConnectionException(failure.getMessage(), 0, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ConnectionException("interrupted", 0, interrupted);
        }
    }

    private static BodyPublisher body(HttpRequest<?> request) throws IOException {
        if (request.hasJson()) {
            return BodyPublishers.ofString(request.getJson());
        }
        Object entity = request.getEntity();
        if (entity == null) {
            return BodyPublishers.noBody();
        }
        return entity instanceof InputStream stream
                ? BodyPublishers.ofInputStream(() -> stream)
                : BodyPublishers.ofByteArray(
                        ObjectMapperSingleton.getContext(entity.getClass())
                                .writer()
                                .writeValueAsBytes(entity));
    }

    @Override
    public String getExecutorDisplayName() {
        return "java.net.http";
    }

    private record Received(java.net.http.HttpResponse<byte[]> answer) implements HttpResponse {
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
                return ObjectMapperSingleton.getContext(type)
                        .readerFor(type)
                        .readValue(answer.body());
            } catch (IOException malformed) {
                throw new MalformedException(malformed);
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

    private static final class MalformedException extends ResponseException {
        private static final long serialVersionUID = 1;

        MalformedException(IOException cause) {
            super(cause.getMessage(), 0, cause);
        }
    }
}
