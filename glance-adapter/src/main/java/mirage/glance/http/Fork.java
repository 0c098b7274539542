package mirage.glance.http;

import java.io.IOException;
import java.util.List;

/** Sends requests whose path begins with a segment one way, and all others another. Both see the whole path. */
public final class Fork implements Endpoint {
    private final String first;
    private final Endpoint there;
    private final Endpoint others;

    /**
     * @param first segment of the paths that go to {@code there}
     */
    public Fork(String first, Endpoint there, Endpoint others) {
        this.first = first;
        this.there = there;
        this.others = others;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        List<String> path = exchange.path();
        boolean goesThere = !path.isEmpty() && path.getFirst().equals(first);
        (goesThere ? there : others).handle(exchange);
    }
}
