package mirage.glance.http;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Identity;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** Lets only requests with a good token pass, and tells what comes next whose it is. */
public final class Authentication implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);

    private final Endpoint next;
    private final Identity identity;

    public Authentication(Endpoint next, Identity identity) {
        this.next = next;
        this.identity = identity;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String token = exchange.header("X-Auth-Token");
        Caller caller = token == null ? null : callerOf(token);
        if (caller == null) {
            throw new HttpFailure(401, "This server could not verify that you are authorized.");
        }
        exchange.caller(caller);
        next.handle(exchange);
    }

    private @Nullable Caller callerOf(String token) {
        try {
            return identity.callerOf(token);
        } catch (IOException unreachable) {
            LOG.error("tokens cannot be looked at", unreachable);
            throw new HttpFailure(503, "The identity service cannot be asked now.");
        }
    }
}
