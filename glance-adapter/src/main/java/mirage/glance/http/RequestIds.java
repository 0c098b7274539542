package mirage.glance.http;

import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;

/** Gives each answer the id of its request: the client's when it sends one, a new one otherwise. */
public final class RequestIds implements Endpoint {
    static final String HEADER = "X-Openstack-Request-Id";
    private static final String PREFIX = "req-";
    private static final int MAX_CHARACTERS = 64;

    private final Endpoint next;
    private final Supplier<UUID> newIds;

    /**
     * @param newIds makes ids; any random ones will do
     */
    public RequestIds(Endpoint next, Supplier<UUID> newIds) {
        this.next = next;
        this.newIds = newIds;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String given = exchange.header(HEADER);
        boolean tooLong = given != null && given.length() > MAX_CHARACTERS;
        exchange.requestId(
                given == null || given.isBlank() || tooLong ? PREFIX + newIds.get() : given);
        if (tooLong) {
            throw new HttpFailure(
                    431,
                    "The header " + HEADER + " has more than " + MAX_CHARACTERS + " characters.");
        }
        next.handle(exchange);
    }

    /** How an answer names the request: as Glance does, with a prefix that the client may have left out. */
    static String inAnswer(String id) {
        return id.startsWith(PREFIX) ? id : PREFIX + id;
    }
}
