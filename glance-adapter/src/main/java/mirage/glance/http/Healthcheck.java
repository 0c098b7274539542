package mirage.glance.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Answers {@code /healthcheck} without a token, for load balancers. An operator takes the service out of their rotation
 * by making the disabling file; a stop takes it out too, before it takes no more connections.
 */
public final class Healthcheck implements Endpoint {
    static final String ROUTE = "/healthcheck";
    private static final List<String> PATH = List.of("healthcheck");

    private final Endpoint next;
    private final Readiness readiness;

    public Healthcheck(Endpoint next, Readiness readiness) {
        this.next = next;
        this.readiness = readiness;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.path().equals(PATH)) {
            next.handle(exchange);
            return;
        }
        exchange.route(ROUTE);
        String objection = readiness.objection();
        if (!exchange.method().equals("GET")) {
            throw new HttpFailure(405, "Only GET is allowed here.", Map.of("Allow", "GET"));
        } else if (objection != null) {
            exchange.answer(503, "text/plain; charset=UTF-8", objection);
        } else {
            exchange.answer(200, "text/plain; charset=UTF-8", "OK");
        }
    }
}
