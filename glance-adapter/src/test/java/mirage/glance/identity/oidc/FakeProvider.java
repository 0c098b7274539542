package mirage.glance.identity.oidc;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

import mirage.glance.identity.Domain;
import mirage.glance.identity.remote.Connection;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An OpenID Connect provider that signs what it is told to. */
final class FakeProvider implements AutoCloseable {
    static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
    static final RSAKey FIRST = rsa("first");
    static final RSAKey SECOND = rsa("second");
    static final ECKey CURVE = curve("curve");

    private static final String KEYS = "/keys";
    private static final String DESCRIPTION = "/realm/.well-known/openid-configuration";

    final WireMockServer server =
            new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());

    FakeProvider() {
        server.start();
        describesItselfAs(issuer());
        has(FIRST, CURVE);
    }

    static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static ECKey curve(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    String issuer() {
        return server.baseUrl() + "/realm";
    }

    void describesItselfAs(String issuer) {
        server.stubFor(
                get(urlPathEqualTo(DESCRIPTION))
                        .willReturn(
                                aResponse()
                                        .withBody(
                                                "{\"issuer\": \"%s\", \"jwks_uri\": \"%s\"}"
                                                        .formatted(
                                                                issuer, server.baseUrl() + KEYS))));
    }

    /** Publishes these keys and no others. */
    void has(JWK... keys) {
        server.stubFor(
                get(urlPathEqualTo(KEYS))
                        .willReturn(
                                aResponse().withBody(new JWKSet(List.of(keys)).toString(true))));
    }

    void fails() {
        server.stubFor(get(urlPathEqualTo(KEYS)).willReturn(aResponse().withStatus(500)));
    }

    int keyFetches() {
        return server.findAll(getRequestedFor(urlPathEqualTo(KEYS))).size();
    }

    OidcSettings settings() {
        return settings(ClaimRules.defaults(), Duration.ofMinutes(5), Duration.ofSeconds(30));
    }

    OidcSettings settings(ClaimRules rules, Duration keysTime, Duration keysInterval) {
        return new OidcSettings(
                issuer(),
                null,
                Set.of("mirage"),
                OidcSettings.DEFAULT_ALGORITHMS,
                Duration.ofMinutes(1),
                keysTime,
                keysInterval,
                Duration.ofDays(2),
                Set.of("service"),
                Domain.DEFAULT,
                rules,
                new Connection(null, false, Duration.ofSeconds(20), 0));
    }

    /** Claims of a token of alice, a member of the project web, that is good for five minutes. */
    JWTClaimsSet.Builder alice() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(List.of("account", "mirage"))
                .subject("id-of-alice")
                .claim("preferred_username", "alice")
                .claim("typ", "Bearer")
                .claim("project_id", "web")
                .claim("realm_access", Map.of("roles", List.of("member", "offline_access")))
                .issueTime(Date.from(NOON))
                .expirationTime(Date.from(NOON.plusSeconds(300)));
    }

    static String signed(JWTClaimsSet.Builder claims) {
        return signed(claims, FIRST);
    }

    static String signed(JWTClaimsSet.Builder claims, RSAKey key) {
        return signed(
                claims,
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                key);
    }

    static String signed(JWTClaimsSet.Builder claims, JWSHeader header, JWK key) {
        try {
            JWSSigner signer =
                    key instanceof ECKey curve
                            ? new ECDSASigner(curve)
                            : new RSASSASigner(key.toRSAKey());
            SignedJWT token = new SignedJWT(header, claims.build());
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID(FIRST.getKeyID())
                .type(JOSEObjectType.JWT);
    }

    @Override
    public void close() {
        server.stop();
    }
}
