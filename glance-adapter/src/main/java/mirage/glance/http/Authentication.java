package mirage.glance.http;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Identity;

import java.io.IOException;

/** Lets only requests with a good token pass, and tells what comes next whose it is. */
public final class Authentication implements Endpoint {
    private final Endpoint next;
    private final Identity identity;

    public Authentication(Endpoint next, Identity identity) {
        this.next = next;
        this.identity = identity;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String token = exchange.header("X-Auth-Token");
        Caller caller = token == null ? null : identity.callerOf(token);
        if (caller == null) {
            throw new HttpFailure(401, "This server could not verify that you are authorized.");
        }
        exchange.caller(caller);
        next.handle(exchange);
    }
}
