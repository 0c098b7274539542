package mirage.agent.proxy;

import mirage.agent.wire.Asked;
import mirage.agent.wire.ImageService;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A request of this host, and the answer to it. */
final class Exchange {
    /** The service answers an upload when it has stored it, which takes as long as it takes. */
    private static final Duration PATIENCE_WITH_UPLOADS = Duration.ofMinutes(30);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Request request;
    private final Response response;
    private boolean answered;

    Exchange(Request request, Response response) {
        this.request = request;
        this.response = response;
    }

    String method() {
        return request.getMethod();
    }

    /** Path and query as they came. */
    String target() {
        String target = request.getHttpURI().getPathQuery();
        return target == null || !target.startsWith("/") ? "/" : target;
    }

    HttpFields headers() {
        return request.getHeaders();
    }

    /** The same request, to the service. */
    Asked asked() {
        boolean body =
                request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                        || request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > 0;
        return new Asked(
                method(),
                target(),
                Links.told(headers()),
                body ? request : null,
                body ? PATIENCE_WITH_UPLOADS : PATIENCE);
    }

    /** The body of a request, for those that are small. */
    byte[] smallBody(int most) throws IOException {
        try (var in = Content.Source.asInputStream(request)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("a request of at most " + most + " bytes expected");
            }
            return bytes;
        }
    }

    /**
     * Begins the answer; headers of the connection it came over are left out. The stream is not closed: what was
     * written is the whole answer when the request was handled, and cut short when that failed.
     */
    OutputStream answer(int status, HttpFields headers) {
        answered = true;
        response.setStatus(status);
        for (HttpField field : headers) {
            if (!ImageService.isOfConnection(field)) {
                response.getHeaders().add(field);
            }
        }
        return Content.Sink.asOutputStream(response);
    }

    /** A whole answer. */
    void answer(int status, String type, byte[] body) throws IOException {
        HttpFields headers =
                HttpFields.build()
                        .put(HttpHeader.CONTENT_TYPE, type)
                        .put(HttpHeader.CONTENT_LENGTH, body.length);
        OutputStream out = answer(status, headers);
        if (!method().equals("HEAD")) {
            out.write(body);
        }
    }

    /** A whole answer in words. */
    void answer(int status, String words) throws IOException {
        answer(
                status,
                "text/plain; charset=UTF-8",
                (words + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the answer has begun: nothing else can be answered any more. */
    boolean isAnswered() {
        return answered;
    }
}
