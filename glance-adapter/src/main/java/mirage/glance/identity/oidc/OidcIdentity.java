package mirage.glance.identity.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Identity;
import mirage.glance.identity.Token;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;
import mirage.glance.identity.remote.RemoteService;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Identity by the tokens of an OpenID Connect provider. A token proves itself by its signature, so nobody is asked about
 * it: it counts until it is over, and cannot be revoked before. The provider's keys are kept; a token that names a key
 * that nobody knows makes them be asked for again, which happens at most every {@code keysInterval}. While the provider
 * is away the known keys go on.
 *
 * <p>A token may be good for several projects; then the client says which one it means, by {@link Credentials#project},
 * and what it says counts only when the token's claims grant it.
 */
public final class OidcIdentity implements Identity, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OidcIdentity.class);
    private static final Duration KEYS_TIMEOUT_MARGIN = Duration.ofSeconds(5);

    private final RemoteService remote;
    private final OidcSettings settings;
    private final InstantSource clock;
    private final DefaultJWTProcessor<SecurityContext> signatures;

    private OidcIdentity(RemoteService remote, OidcSettings settings, InstantSource clock) {
        this.remote = remote;
        this.settings = settings;
        this.clock = clock;
        this.signatures = new DefaultJWTProcessor<>();
        signatures.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(
                        JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        signatures.setJWSKeySelector(
                new JWSVerificationKeySelector<>(
                        settings.algorithms().stream()
                                .map(JWSAlgorithm::parse)
                                .collect(Collectors.toUnmodifiableSet()),
                        keys(remote, settings)));
        // Claims are checked here, by this service's clock.
        signatures.setJWTClaimsSetVerifier(null);
    }

    private static JWKSource<SecurityContext> keys(RemoteService remote, OidcSettings settings) {
        long timeout =
                settings.connection()
                        .timeout()
                        .multipliedBy(settings.connection().retries() + 1L)
                        .plus(KEYS_TIMEOUT_MARGIN)
                        .toMillis();
        return JWKSourceBuilder.create(
                        new ProviderKeys(remote, settings.issuer(), settings.jwksUri()))
                .cache(settings.keysTime().toMillis(), timeout)
                .refreshAheadCache(false)
                .rateLimited(settings.keysInterval().toMillis())
                .outageTolerantForever()
                .build();
    }

    /**
     * Does not ask the provider yet.
     *
     * @throws IOException when the file of authorities cannot be used
     */
    public static OidcIdentity open(OidcSettings settings, InstantSource clock) throws IOException {
        return new OidcIdentity(RemoteService.over(settings.connection()), settings, clock);
    }

    /** Whether a token says that it comes from this provider; nothing of it is checked. */
    boolean claimsToIssue(String token) {
        try {
            return settings.issuer().equals(SignedJWT.parse(token).getJWTClaimsSet().getIssuer());
        } catch (ParseException foreign) {
            return false;
        }
    }

    @Override
    public @Nullable Caller callerOf(Credentials credentials) throws IOException {
        Set<String> serviceRoles = serviceRoles(credentials.serviceToken());
        boolean mayBeOver = !Collections.disjoint(serviceRoles, settings.serviceRoles());
        JWTClaimsSet claims = verify(credentials.token(), mayBeOver);
        return claims == null ? null : caller(claims, credentials, serviceRoles);
    }

    @Override
    public List<String> challenges() {
        return List.of("Bearer realm=\"" + settings.issuer() + "\"");
    }

    private Set<String> serviceRoles(@Nullable String token) throws IOException {
        JWTClaimsSet service = token == null ? null : verify(token, false);
        return service == null ? Set.of() : settings.claims().rolesEverywhere(service.getClaims());
    }

    private @Nullable Caller caller(
            JWTClaimsSet token, Credentials credentials, Set<String> serviceRoles) {
        ClaimRules rules = settings.claims();
        Map<String, Object> claims = token.getClaims();
        String id = rules.userId().text(claims);
        if (id == null) {
            logRefusal("the token has no user at " + rules.userId());
            return null;
        }
        String name = rules.userName().text(claims);
        Map<String, Set<String>> projects = rules.rolesByProject(claims);
        String project = credentials.project();
        if (project != null && !projects.containsKey(project)) {
            logRefusal("the token does not grant the project asked for");
            return null;
        }
        if (project == null && projects.size() == 1) {
            project = projects.keySet().iterator().next();
        }
        return new Caller(
                new User(id, name == null ? id : name, settings.domain()),
                project == null
                        ? new TokenScope.None()
                        : new TokenScope.Project(
                                project, rules.nameOf(project, claims), settings.domain()),
                project == null
                        ? rules.rolesEverywhere(claims)
                        : projects.getOrDefault(project, Set.of()),
                serviceRoles,
                new Token(credentials.token(), token.getExpirationTime().toInstant()));
    }

    /** The claims of a token that is good, null for any other. */
    private @Nullable JWTClaimsSet verify(String token, boolean mayBeOver) throws IOException {
        try {
            JWTClaimsSet claims = signatures.process(SignedJWT.parse(token), null);
            String fault = fault(claims, mayBeOver);
            if (fault == null) {
                return claims;
            }
            logRefusal(fault);
        } catch (RateLimitReachedException unknownKey) {
            logRefusal("the token names a key that was not known a moment ago either");
        } catch (KeySourceException unavailable) {
            throw new IOException(unavailable.getMessage(), unavailable);
        } catch (ParseException | BadJOSEException | JOSEException bad) {
            logRefusal("the token is no JWT of the provider: " + bad.getClass().getSimpleName());
        }
        return null;
    }

    /** What is wrong with the claims of a token whose signature is good, null for nothing. */
    private @Nullable String fault(JWTClaimsSet claims, boolean mayBeOver) {
        Instant now = clock.instant();
        Duration late = settings.clockSkew();
        if (mayBeOver) {
            late = late.plus(settings.expiredWindow());
        }
        Date begin = claims.getNotBeforeTime();
        Date end = claims.getExpirationTime();
        if (!settings.issuer().equals(claims.getIssuer())) {
            return "the token is of another issuer";
        }
        if (Collections.disjoint(claims.getAudience(), settings.audiences())) {
            return "the token is for another audience";
        }
        if (end == null || !now.isBefore(end.toInstant().plus(late))) {
            return "the token is over";
        }
        if (begin != null && now.isBefore(begin.toInstant().minus(settings.clockSkew()))) {
            return "the token is not good yet";
        }
        // Keycloak's word for what a token is for: tokens that say who somebody is are no keys.
        if (claims.getClaim("typ") instanceof String use && !use.equalsIgnoreCase("Bearer")) {
            return "the token is none for access";
        }
        // RFC 7800: such a token counts only with a proof that the client has a key, which nobody
        // asks for here.
        return claims.getClaim("cnf") == null ? null : "the token is bound to a key of its client";
    }

    private static void logRefusal(String why) {
        LOG.info("a token is refused: {}", why);
    }

    @Override
    public void close() {
        remote.close();
    }
}
