package mirage.glance.identity.oidc;

import mirage.glance.identity.Domain;
import mirage.glance.identity.remote.Connection;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Whose tokens are believed, and how they are read.
 *
 * @param issuer claim {@code iss} of every token, and where the provider describes itself, such as
 *     {@code https://sso.example.org/realms/cloud}
 * @param jwksUri where the provider's keys are, null for where its description says
 * @param audiences of which a token must be for one (claim {@code aud})
 * @param algorithms of signatures: of the families RS, PS and ES, whose keys are not secrets of this service
 * @param clockSkew how far the provider's clock may be from this one
 * @param keysTime how long the provider's keys are used without asking again
 * @param keysInterval the least time between two questions for keys that tokens name and nobody knows
 * @param expiredWindow how long a user's token that is over still counts with the token of a service
 * @param serviceRoles of which that service needs one
 * @param domain that users and projects are in
 * @param claims what of a token is what of a caller
 */
public record OidcSettings(
        String issuer,
        @Nullable URI jwksUri,
        Set<String> audiences,
        Set<String> algorithms,
        Duration clockSkew,
        Duration keysTime,
        Duration keysInterval,
        Duration expiredWindow,
        Set<String> serviceRoles,
        Domain domain,
        ClaimRules claims,
        Connection connection) {
    public static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
    public static final Set<String> DEFAULT_ALGORITHMS = Set.of("RS256", "PS256", "ES256");
    public static final Duration DEFAULT_CLOCK_SKEW = Duration.ofMinutes(1);
    public static final Duration DEFAULT_KEYS_TIME = Duration.ofMinutes(5);
    public static final Duration DEFAULT_KEYS_INTERVAL = Duration.ofSeconds(30);
    public static final Duration DEFAULT_EXPIRED_WINDOW = Duration.ofDays(2);
    public static final String DEFAULT_SERVICE_ROLE = "service";

    private static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(10);

    public OidcSettings {
        if (!issuer.matches("https?://[\\x21\\x23-\\x7e]+")) {
            throw new IllegalArgumentException("issuer: http(s)://… expected, found " + issuer);
        }
        if (audiences.isEmpty() || audiences.contains("")) {
            throw new IllegalArgumentException(
                    "audience: at least one expected, or tokens for other services would count here");
        }
        if (algorithms.isEmpty() || !ALGORITHMS.containsAll(algorithms)) {
            throw new IllegalArgumentException(
                    "algorithms: some of " + ALGORITHMS + " expected, found " + algorithms);
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(MAX_CLOCK_SKEW) > 0) {
            throw new IllegalArgumentException(
                    "clock_skew: at most " + MAX_CLOCK_SKEW + " expected, found " + clockSkew);
        }
        if (keysTime.toMillis() < 1
                || keysInterval.toMillis() < 1
                || keysInterval.compareTo(keysTime) >= 0) {
            throw new IllegalArgumentException(
                    "keys are kept for "
                            + keysTime
                            + ", and asked for every "
                            + keysInterval
                            + " at most: the second must be shorter");
        }
        if (expiredWindow.isNegative()) {
            throw new IllegalArgumentException("expired_window: " + expiredWindow);
        }
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        serviceRoles = Set.copyOf(serviceRoles);
    }

    public static OidcSettings defaults(String issuer, Set<String> audiences, ClaimRules claims) {
        return new OidcSettings(
                issuer,
                null,
                audiences,
                DEFAULT_ALGORITHMS,
                DEFAULT_CLOCK_SKEW,
                DEFAULT_KEYS_TIME,
                DEFAULT_KEYS_INTERVAL,
                DEFAULT_EXPIRED_WINDOW,
                Set.of(DEFAULT_SERVICE_ROLE),
                Domain.DEFAULT,
                claims,
                Connection.defaults());
    }
}
