package mirage.glance.identity.keystone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;
import org.openstack4j.api.exceptions.ResponseException;
import org.openstack4j.core.transport.ClientConstants;
import org.openstack4j.core.transport.HttpExecutorService;
import org.openstack4j.core.transport.HttpMethod;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpRequest.RequestBuilder;
import org.openstack4j.core.transport.HttpResponse;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests to Keystone with this service's own token, which is got when it is first needed, a while before it is over,
 * and when Keystone refuses it. Safe for use by many threads: one logs in, the others wait for it.
 */
final class ServiceSession {
    /** How long before its end a token is given up: a request with it must still come to its end. */
    private static final Duration RENEWAL = Duration.ofMinutes(2);

    /** How long no new login is tried after a refused one: Keystone locks users out who fail too often. */
    private static final Duration AFTER_REFUSAL = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpExecutorService connector;
    private final ServiceUser user;
    private final String authEndpoint;
    private final String interfaceName;
    private final @Nullable String regionName;
    private final InstantSource clock;
    private final ReentrantLock login = new ReentrantLock();
    private volatile @Nullable Session session;
    private Instant noLoginBefore = Instant.MIN;

    ServiceSession(
            HttpExecutorService connector,
            ServiceUser user,
            String interfaceName,
            @Nullable String regionName,
            InstantSource clock) {
        this.connector = connector;
        this.user = user;
        this.authEndpoint = versioned(user.authUrl().toString());
        this.interfaceName = interfaceName;
        this.regionName = regionName;
        this.clock = clock;
    }

    /**
     * Asks Keystone's endpoint in the catalog, or where the user logs in when the catalog has none.
     *
     * @param request path, parameters and headers
     * @return the answer, whatever the status, except 401
     * @throws IOException when there is no answer, or Keystone refuses this service
     */
    HttpResponse get(RequestBuilder<?> request) throws IOException {
        Session first = current();
        HttpResponse response = get(request, first);
        if (response.getStatus() != 401) {
            return response;
        }
        forget(first);
        response = get(request, current());
        if (response.getStatus() == 401) {
            throw new IOException(
                    "Keystone refuses the token that it has just given to " + user.login());
        }
        return response;
    }

    /**
     * As {@link #get}, for what must be there.
     *
     * @throws IOException also for every status but 200
     */
    JsonNode getJson(RequestBuilder<?> request, String what) throws IOException {
        HttpResponse response = get(request);
        if (response.getStatus() != 200) {
            throw new IOException(what + ": Keystone answers with status " + response.getStatus());
        }
        return json(response, what);
    }

    /** The body of an answer. */
    static JsonNode json(HttpResponse response, String what) throws IOException {
        try {
            return JSON.readTree(response.getInputStream());
        } catch (IOException malformed) {
            // Without the cause: it quotes the answer, which may hold secrets.
            throw new IOException(what + ": Keystone's answer is no JSON");
        }
    }

    /** The service's token, for requests to other services. */
    String token() throws IOException {
        return current().token();
    }

    /** Gives up a token that another service has refused. */
    void refused(String token) {
        Session known = session;
        if (known != null && known.token().equals(token)) {
            forget(known);
        }
    }

    /** The catalog of the service's token. */
    Catalog catalog() throws IOException {
        return current().catalog();
    }

    private HttpResponse get(RequestBuilder<?> request, Session with) throws IOException {
        String found = with.catalog().endpoint("identity", interfaceName, regionName);
        return execute(
                request.endpoint(found == null ? authEndpoint : versioned(found))
                        .method(HttpMethod.GET)
                        .header(ClientConstants.HEADER_X_AUTH_TOKEN, with.token())
                        .build());
    }

    private Session current() throws IOException {
        Session known = session;
        if (known != null && known.isGoodAt(clock.instant())) {
            return known;
        }
        login.lock();
        try {
            known = session;
            if (known == null || !known.isGoodAt(clock.instant())) {
                known = logIn();
                session = known;
            }
            return known;
        } finally {
            login.unlock();
        }
    }

    private void forget(Session refused) {
        login.lock();
        try {
            Session known = session;
            if (known != null && known.token().equals(refused.token())) {
                session = null;
            }
        } finally {
            login.unlock();
        }
    }

    private Session logIn() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(noLoginBefore)) {
            throw new IOException(
                    "Keystone refused the login of " + user.login() + " a moment ago");
        }
        HttpResponse response =
                execute(
                        HttpRequest.builder(KeystoneToken.class)
                                .endpoint(authEndpoint)
                                .path("/auth/tokens")
                                .method(HttpMethod.POST)
                                .json(LoginRequest.of(user))
                                .build());
        String text = response.header(ClientConstants.HEADER_X_SUBJECT_TOKEN);
        if (response.getStatus() != 201 || text == null) {
            if (response.getStatus() < 500) {
                noLoginBefore = now.plus(AFTER_REFUSAL);
            }
            throw new IOException(
                    authEndpoint
                            + ": the login of "
                            + user.login()
                            + " is answered with status "
                            + response.getStatus());
        }
        return sessionOf(response, text, now);
    }

    private static Session sessionOf(HttpResponse response, String text, Instant now)
            throws IOException {
        KeystoneToken token;
        try {
            token = response.getEntity(KeystoneToken.class);
        } catch (ResponseException malformed) {
            throw new IOException("Keystone's own token: " + malformed.getMessage());
        }
        Instant end = token.getExpires().toInstant();
        // Half the life of a token that lives shortly: it would be given up at once otherwise.
        Duration margin = Duration.between(now, end).dividedBy(2);
        return new Session(
                text,
                end.minus(margin.compareTo(RENEWAL) < 0 ? margin : RENEWAL),
                Catalog.of(token));
    }

    private HttpResponse execute(HttpRequest<?> request) throws IOException {
        try {
            return connector.execute(request);
        } catch (ResponseException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(failure.getMessage());
        }
    }

    /** Version 3 of the API of an endpoint that may be given with or without its version. */
    private static String versioned(String url) {
        String plain = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return plain.endsWith("/v3") ? plain : plain + "/v3";
    }

    private record Session(String token, Instant giveUp, Catalog catalog) {
        boolean isGoodAt(Instant time) {
            return time.isBefore(giveUp);
        }
    }
}
