package mirage.glance.http;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.identity.Caller;
import mirage.log.LogContext;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A request and its answer. Used by one thread, except for what is counted, which others may look at meanwhile. */
public final class Exchange {
    private final Request request;
    private final Response response;
    private final ClientView client;
    private final @Nullable String publicEndpoint;
    private List<String> path;
    private Map<String, String> variables = Map.of();
    private @Nullable Caller caller;
    private @Nullable String requestId;
    private volatile @Nullable String route;
    private boolean bodyTouched;
    private boolean answered;
    private final Map<String, String> everyAnswer = new LinkedHashMap<>();
    private final AtomicLong bytesOut = new AtomicLong();

    /**
     * @param client how the client reached the service
     * @param publicEndpoint what links to this service begin with, null for what the request was sent to
     */
    Exchange(
            Request request,
            Response response,
            ClientView client,
            @Nullable String publicEndpoint) {
        this.request = request;
        this.response = response;
        this.client = client;
        this.publicEndpoint = publicEndpoint;
        this.path = RawPath.segments(request.getHttpURI());
    }

    public String method() {
        return request.getMethod();
    }

    /** The segments of the path, decoded. A path that ends with a slash has an empty last one. */
    public List<String> path() {
        return path;
    }

    /** Makes what comes next see another path. */
    void path(List<String> newPath) {
        path = List.copyOf(newPath);
    }

    /** The path as the client wrote it. */
    String rawPath() {
        String raw = request.getHttpURI().getPath();
        return raw == null ? "" : raw;
    }

    /** The segment at the place of a variable of the route. */
    public String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    void variables(Map<String, String> newVariables) {
        variables = Map.copyOf(newVariables);
    }

    public QueryString query() {
        return QueryString.parse(request.getHttpURI().getQuery());
    }

    /** Value of a request header, null when the request has none. */
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    /** The media type of the request's body in lower case and without parameters, empty when the request says none. */
    public String mediaType() {
        String type = header("Content-Type");
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** Who sent the request. */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("asked for the caller before the token was looked at");
        }
        return caller;
    }

    void caller(Caller newCaller) {
        caller = newCaller;
        LogContext.current().withCaller(newCaller.userId(), newCaller.projectId()).put();
    }

    /** The pattern of the path that answers, such as {@code /images/{image}}, null as long as none was found. */
    @Nullable String route() {
        return route;
    }

    void route(String newRoute) {
        route = newRoute;
    }

    /** Address of the client. */
    String remote() {
        return client.remote();
    }

    /** Id of the request, empty before it has one. */
    public String requestId() {
        return requestId == null ? "" : requestId;
    }

    void requestId(String newRequestId) {
        requestId = newRequestId;
        LogContext.current().withRequestId(newRequestId).put();
        response.getHeaders().put(RequestIds.HEADER, RequestIds.inAnswer(newRequestId));
    }

    /** What links to this service begin with, as the client knows it, such as {@code http://cloud:9292}. */
    public String origin() {
        return publicEndpoint != null ? publicEndpoint : client.origin();
    }

    /** Length of the request's body in bytes as its header says, -1 when it does not say. */
    public long declaredLength() {
        return request.getLength();
    }

    /** Whether the request announces a body. */
    public boolean hasBody() {
        return declaredLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /**
     * The request's body. Reading it blocks until the client has sent more, and asks a client that waits for
     * {@code 100 Continue} to go on.
     */
    public InputStream body() {
        bodyTouched = true;
        return Content.Source.asInputStream(request);
    }

    /** Adds a header to the answer. */
    public void answerHeader(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Adds a header to the answer, whatever it will be: also to the page of a failure. */
    public void everyAnswerHeader(String name, String value) {
        everyAnswer.put(name, value);
        answerHeader(name, value);
    }

    /** Answers without a body, as Glance does with its text type. */
    public void answerNoContent() throws IOException {
        answerHeader("Content-Type", "text/html; charset=UTF-8");
        response.setStatus(204);
        write(true, ByteBuffer.allocate(0));
    }

    public void answerJson(int status, JsonNode body) throws IOException {
        answer(status, "application/json", body.toString());
    }

    public void answer(int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        answerHeader("Content-Type", contentType);
        answerHeader("Content-Length", String.valueOf(bytes.length));
        response.setStatus(status);
        write(true, ByteBuffer.wrap(bytes));
    }

    /** Answers with what a writer writes, which must be {@code length} bytes. */
    public void answerStream(int status, String contentType, long length, StreamWriter writer)
            throws IOException {
        answerHeader("Content-Type", contentType);
        answerHeader("Content-Length", String.valueOf(length));
        response.setStatus(status);
        writer.writeTo(new ResponseChannel());
        write(true, ByteBuffer.allocate(0));
    }

    /** Answers with what a writer writes, however long it is; a client sees where it ends. */
    public void answerStream(int status, String contentType, StreamWriter writer)
            throws IOException {
        answerHeader("Content-Type", contentType);
        response.setStatus(status);
        writer.writeTo(new ResponseChannel());
        write(true, ByteBuffer.allocate(0));
    }

    /** Answers a request of the method HEAD: as if {@code length} bytes followed. */
    public void answerHead(int status, String contentType, long length) throws IOException {
        answerHeader("Content-Type", contentType);
        answerHeader("Content-Length", String.valueOf(length));
        response.setStatus(status);
        write(true, ByteBuffer.allocate(0));
    }

    /** Answers with a status that comes without a body. */
    public void answerBare(int status) throws IOException {
        response.setStatus(status);
        write(true, ByteBuffer.allocate(0));
    }

    /** Writes the body of an answer. */
    @FunctionalInterface
    public interface StreamWriter {
        /**
         * Writes to a channel whose writes block until the client takes the bytes.
         *
         * @throws IOException then the connection is cut, so that the client sees that bytes are missing
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /** True when the answer's head is on its way and cannot be taken back. */
    boolean isCommitted() {
        return response.isCommitted();
    }

    /** Forgets what was prepared of an answer, except for the request id and what every answer has. */
    void restart() {
        response.reset();
        everyAnswer.forEach(this::answerHeader);
        if (requestId != null) {
            requestId(requestId);
        }
    }

    boolean isAnswered() {
        return answered;
    }

    int status() {
        return response.getStatus();
    }

    long bytesOut() {
        return bytesOut.get();
    }

    long bytesIn() {
        return Request.getContentBytesRead(request);
    }

    /** True when a client waits for {@code 100 Continue} and has not been told to go on: then it sends no body. */
    boolean clientHoldsBodyBack() {
        return !bodyTouched && request.getHeaders().contains(HttpHeader.EXPECT);
    }

    private void write(boolean last, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        try (Blocker.Callback written = Blocker.callback()) {
            response.write(last, bytes, written);
            written.block();
        }
        answered |= last;
        bytesOut.addAndGet(length);
    }

    private final class ResponseChannel implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            int length = source.remaining();
            Exchange.this.write(false, source.slice());
            source.position(source.limit());
            return length;
        }

        @Override
        public boolean isOpen() {
            return !answered;
        }

        @Override
        public void close() {}
    }
}
