package mirage.agent.proxy;

import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ImageService;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;

/** Passes requests on to the image service, and answers back, as they are. */
final class Forward {
    private static final Logger LOG = LoggerFactory.getLogger(Forward.class);
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int UNAVAILABLE = 503;
    private static final int MAX_VERSIONS_BYTES = 1 << 20;

    private final ImageService service;

    Forward(ImageService service) {
        this.service = service;
    }

    /** Asks the service and answers what it does. */
    void pass(Exchange exchange) throws IOException {
        try (Answer answer = ask(exchange)) {
            if (answer != null) {
                relay(answer, exchange);
            }
        }
    }

    /** Asks the service for the whole of an image, and goes on where a connection breaks. */
    void passImage(Exchange exchange) throws IOException {
        try (Answer answer = ask(exchange)) {
            if (answer != null) {
                relayImage(answer, exchange);
            }
        }
    }

    /** The service's answer; null, and 503 is answered, when there is none. */
    @Nullable Answer ask(Exchange exchange) throws IOException {
        return ask(exchange.asked(), exchange);
    }

    /** The service's answer to a request that is made of one; null, and 503 is answered, when there is none. */
    @Nullable Answer ask(Asked asked, Exchange exchange) throws IOException {
        try {
            return service.send(asked);
        } catch (IOException failure) {
            LOG.warn("{} {}: {}", exchange.method(), exchange.target(), failure.getMessage());
            exchange.answer(UNAVAILABLE, "The image service cannot be reached from this host.");
            return null;
        }
    }

    /** Answers what the service did. */
    void relay(Answer answer, Exchange exchange) throws IOException {
        Links links = Links.of(service.address(), exchange.headers());
        HttpFields headers = links == null ? answer.headers() : links.shown(answer.headers());
        if (links != null
                && Links.areIn(exchange.target())
                && exchange.method().equals("GET")
                && !headers.contains(HttpHeader.CONTENT_ENCODING)) {
            byte[] body = links.shown(answer.small(MAX_VERSIONS_BYTES));
            exchange.answer(
                            answer.status(),
                            HttpFields.build(headers).put(HttpHeader.CONTENT_LENGTH, body.length))
                    .write(body);
            return;
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        OutputStream out = exchange.answer(answer.status(), headers);
        for (int read = answer.body().read(buffer); read >= 0; read = answer.body().read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    /** Answers what the service did, which is a whole image or a refusal; goes on where the connection breaks. */
    void relayImage(Answer answer, Exchange exchange) throws IOException {
        if (answer.status() != 200 || answer.length() <= 0) {
            relay(answer, exchange);
            return;
        }
        PlainDownload whole = PlainDownload.of(service, exchange.asked(), answer);
        OutputStream out = exchange.answer(answer.status(), answer.headers());
        whole.copy(answer, out);
    }
}
