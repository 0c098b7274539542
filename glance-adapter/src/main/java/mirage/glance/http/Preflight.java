package mirage.glance.http;

import java.io.IOException;

/** Answers OPTIONS for every path with an empty 200, as Glance does when no foreign origin is allowed. */
public final class Preflight implements Endpoint {
    private final Endpoint next;

    public Preflight(Endpoint next) {
        this.next = next;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (exchange.method().equals("OPTIONS")) {
            exchange.answer(200, "text/html; charset=UTF-8", "");
        } else {
            next.handle(exchange);
        }
    }
}
