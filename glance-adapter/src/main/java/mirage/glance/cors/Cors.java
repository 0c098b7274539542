package mirage.glance.cors;

import mirage.glance.http.Endpoint;
import mirage.glance.http.Exchange;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Answers OPTIONS for every path with an empty 200, and tells browsers what pages of other origins may do: in the answer
 * to OPTIONS what they may ask (a preflight), in every other answer, a refusal too, that they may read it. Without rules,
 * or for an origin that they do not name, nothing is added. Requests are never refused by their origin: it is the browser
 * that keeps pages apart.
 */
public final class Cors implements Endpoint {
    private final Endpoint next;
    private final CorsRules rules;

    public Cors(Endpoint next, CorsRules rules) {
        this.next = next;
        this.rules = rules;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        CorsRules.Allowed allowed = rules.of(exchange.header("Origin"));
        if (exchange.method().equals("OPTIONS")) {
            if (allowed != null) {
                allow(exchange, allowed, exchange.header("Access-Control-Request-Method"));
            }
            exchange.answer(200, "text/html; charset=UTF-8", "");
            return;
        }
        if (allowed != null) {
            name(exchange, allowed);
            List<String> exposed = allowed.rules().exposedHeaders();
            if (!exposed.isEmpty()) {
                exchange.everyAnswerHeader(
                        "Access-Control-Expose-Headers", String.join(",", exposed));
            }
        }
        next.handle(exchange);
    }

    /** All or nothing: a request of which one part is not allowed gets no headers. */
    private static void allow(
            Exchange exchange, CorsRules.Allowed allowed, @Nullable String method) {
        OriginRules rules = allowed.rules();
        List<String> headers = listed(exchange.header("Access-Control-Request-Headers"));
        if (method == null || !rules.methods().contains(method) || !rules.allows(headers)) {
            return;
        }
        name(exchange, allowed);
        if (rules.maxAgeSeconds() > 0) {
            exchange.answerHeader("Access-Control-Max-Age", String.valueOf(rules.maxAgeSeconds()));
        }
        exchange.answerHeader("Access-Control-Allow-Methods", method);
        if (!headers.isEmpty()) {
            exchange.answerHeader("Access-Control-Allow-Headers", String.join(",", headers));
        }
    }

    private static void name(Exchange exchange, CorsRules.Allowed allowed) {
        exchange.everyAnswerHeader("Vary", "Origin");
        exchange.everyAnswerHeader("Access-Control-Allow-Origin", allowed.name());
        if (allowed.rules().allowsCredentials()) {
            exchange.everyAnswerHeader("Access-Control-Allow-Credentials", "true");
        }
    }

    private static List<String> listed(@Nullable String header) {
        return header == null
                ? List.of()
                : Arrays.stream(header.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }
}
