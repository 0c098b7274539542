package mirage.glance.http;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Identity;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Lets only requests with a good token pass, and tells what comes next whose it is.
 *
 * <p>Read are {@code X-Auth-Token}, or {@code X-Storage-Token} where that is missing, as keystonemiddleware has it, or
 * {@code Authorization: Bearer}; {@code X-Service-Token}; and {@code X-Project-Id}, a wish that counts only as far as the
 * token grants it. The headers in which other services pass on who was found ({@code X-User-Id}, {@code X-Roles},
 * {@code X-Identity-Status} …) are not read: anybody can send them.
 */
public final class Authentication implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final String BEARER = "Bearer ";

    /** Glance's, which lets keystonemiddleware only add its challenge to the answer. */
    private static final String MESSAGE =
            "This server could not verify that you are authorized to access the document you"
                    + " requested. Either you supplied the wrong credentials (e.g., bad password),"
                    + " or your browser does not understand how to supply the credentials required.";

    private final Endpoint next;
    private final Identity identity;

    public Authentication(Endpoint next, Identity identity) {
        this.next = next;
        this.identity = identity;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Credentials credentials = credentialsOf(exchange);
        Caller caller = credentials == null ? null : callerOf(credentials);
        if (caller == null || !isFor(exchange, caller)) {
            throw unauthorized();
        }
        exchange.caller(caller);
        next.handle(exchange);
    }

    /**
     * Whether the caller's token may be used for a request. What a service asks for to fulfil a user's request need not
     * be in the user's rules.
     */
    private static boolean isFor(Exchange exchange, Caller caller) {
        return !caller.serviceRoles().isEmpty()
                || caller.token().permits(exchange.method(), exchange.rawPath());
    }

    private static @Nullable Credentials credentialsOf(Exchange exchange) {
        String token = tokenOf(exchange);
        return token == null
                ? null
                : new Credentials(
                        token,
                        stripped(exchange.header("X-Service-Token")),
                        stripped(exchange.header("X-Project-Id")));
    }

    private static @Nullable String tokenOf(Exchange exchange) {
        String token = exchange.header("X-Auth-Token");
        if (token == null) {
            token = exchange.header("X-Storage-Token");
        }
        if (token == null) {
            String authorization = exchange.header("Authorization");
            if (authorization != null
                    && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                token = authorization.substring(BEARER.length());
            }
        }
        return stripped(token);
    }

    /** Without the space around it, null for what is empty then. */
    private static @Nullable String stripped(@Nullable String header) {
        return header == null || header.isBlank() ? null : header.strip();
    }

    private @Nullable Caller callerOf(Credentials credentials) {
        try {
            return identity.callerOf(credentials);
        } catch (IOException unreachable) {
            LOG.error("tokens cannot be looked at: {}", unreachable.getMessage());
            LOG.debug("tokens cannot be looked at", unreachable);
            throw new HttpFailure(503, "The identity service cannot be asked now.");
        }
    }

    private HttpFailure unauthorized() {
        List<String> challenges = identity.challenges();
        return new HttpFailure(
                401,
                MESSAGE,
                challenges.isEmpty()
                        ? Map.of()
                        : Map.of("WWW-Authenticate", String.join(", ", challenges)));
    }
}
