package mirage.glance.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Answers {@code /healthcheck} without a token, for load balancers. An operator takes the service out of their rotation
 * by making the disabling file.
 */
public final class Healthcheck implements Endpoint {
    private static final List<String> PATH = List.of("healthcheck");

    private final Endpoint next;
    private final Path disablingFile;

    public Healthcheck(Endpoint next, Path disablingFile) {
        this.next = next;
        this.disablingFile = disablingFile;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.path().equals(PATH)) {
            next.handle(exchange);
        } else if (!exchange.method().equals("GET")) {
            throw new HttpFailure(405, "Only GET is allowed here.", Map.of("Allow", "GET"));
        } else if (Files.exists(disablingFile)) {
            exchange.answer(503, "text/plain; charset=UTF-8", "DISABLED BY FILE");
        } else {
            exchange.answer(200, "text/plain; charset=UTF-8", "OK");
        }
    }
}
