package mirage.glance.identity.keystone;

import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Identity;

import org.jspecify.annotations.Nullable;
import org.openstack4j.core.transport.ClientConstants;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpRequest.RequestBuilder;
import org.openstack4j.core.transport.HttpResponse;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Identity by Keystone. The rules are keystonemiddleware's: an answer counts for the cache time, so a token that is
 * revoked goes on for that long; a user's token that is over counts with a good token of a service that has one of the
 * configured roles, for as long after its end as Keystone allows ({@code [token] allow_expired_window}, 48 h). Projects
 * that clients ask for are not looked at: a token of Keystone is for one.
 */
final class KeystoneIdentity implements Identity {
    private final ServiceSession session;
    private final KeystoneSettings settings;
    private final InstantSource clock;
    private final TokenCache tokens;

    KeystoneIdentity(ServiceSession session, KeystoneSettings settings, InstantSource clock) {
        this.session = session;
        this.settings = settings;
        this.clock = clock;
        this.tokens = new TokenCache(this::validate, settings.tokenCacheTime(), clock);
    }

    /** What is measured of the answers that are kept. */
    MeterBinder meters() {
        return tokens.meters();
    }

    @Override
    public @Nullable Caller callerOf(Credentials credentials) throws IOException {
        Set<String> serviceRoles = serviceRoles(credentials.serviceToken());
        boolean mayBeOver = isTrusted(serviceRoles);
        KnownToken user = find(credentials.token(), mayBeOver);
        return user == null ? null : user.caller(credentials.token(), serviceRoles);
    }

    @Override
    public List<String> challenges() {
        String uri = settings.wwwAuthenticateUri();
        return List.of("Keystone uri=\"" + (uri == null ? settings.user().authUrl() : uri) + "\"");
    }

    private Set<String> serviceRoles(@Nullable String serviceToken) throws IOException {
        KnownToken service = serviceToken == null ? null : find(serviceToken, false);
        if (service == null
                || (settings.serviceTokenRolesRequired() && !isTrusted(service.roles()))) {
            return Set.of();
        }
        return service.roles();
    }

    private boolean isTrusted(Set<String> serviceRoles) {
        return !Collections.disjoint(serviceRoles, settings.serviceTokenRoles());
    }

    private @Nullable KnownToken find(String token, boolean mayBeOver) throws IOException {
        // What cannot be a token cannot be sent to Keystone as a header either.
        if (!token.chars().allMatch(c -> c > 32 && c < 127)) {
            return null;
        }
        KnownToken found = tokens.find(token, mayBeOver);
        return found == null || (!mayBeOver && found.isOverAt(clock.instant())) ? null : found;
    }

    private @Nullable KnownToken validate(String token, boolean mayBeOver) throws IOException {
        RequestBuilder<Void> request =
                HttpRequest.builder()
                        .path("/auth/tokens")
                        .header(ClientConstants.HEADER_X_SUBJECT_TOKEN, token)
                        // Says that access rules are understood; tokens with rules are unknown
                        // otherwise.
                        .header("OpenStack-Identity-Access-Rules", "1.0")
                        .queryParam("nocatalog", "1");
        if (mayBeOver) {
            request.queryParam("allow_expired", "1");
        }
        HttpResponse response = session.get(request);
        return switch (response.getStatus()) {
            case 200 -> KnownToken.read(ServiceSession.json(response, "a token"));
            case 404 -> null;
            default ->
                    throw new IOException(
                            "Keystone answers a question for a token with status "
                                    + response.getStatus());
        };
    }
}
