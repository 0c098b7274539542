package mirage.glance.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;

import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Domain;
import mirage.glance.identity.FakeClock;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

@Timeout(120)
final class OidcIdentityTest {
    private static final Duration KEYS_TIME = Duration.ofMinutes(5);
    private static final Duration KEYS_INTERVAL = Duration.ofSeconds(30);

    private final FakeProvider provider = new FakeProvider();
    private final FakeClock clock = new FakeClock(FakeProvider.NOON);
    private final List<OidcIdentity> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(OidcIdentity::close);
        provider.close();
    }

    private OidcIdentity open(OidcSettings settings) throws IOException {
        OidcIdentity identity = OidcIdentity.open(settings, clock);
        opened.add(identity);
        return identity;
    }

    private @Nullable Caller ask(JWTClaimsSet.Builder claims) throws IOException {
        return ask(FakeProvider.signed(claims));
    }

    private @Nullable Caller ask(String token) throws IOException {
        return open(provider.settings()).callerOf(Credentials.of(token));
    }

    private Caller known(JWTClaimsSet.Builder claims) throws IOException {
        return requireNonNull(ask(claims));
    }

    @Test
    void aCallerIsWhatTheClaimsSay() throws IOException {
        Caller alice = known(provider.alice().claim("project_name", "the web"));
        assertThat(alice.user()).isEqualTo(new User("id-of-alice", "alice", Domain.DEFAULT));
        assertThat(alice.scope())
                .isEqualTo(new TokenScope.Project("web", "the web", Domain.DEFAULT));
        assertThat(alice.roles()).containsExactlyInAnyOrder("member", "reader");
        assertThat(alice.token().expires()).isEqualTo(FakeProvider.NOON.plusSeconds(300));
    }

    @Test
    void aTokenMustBeOfTheIssuerAndForThisService() throws IOException {
        assertThat(ask(provider.alice().issuer("https://evil.example/realm"))).isNull();
        assertThat(ask(provider.alice().issuer(provider.issuer() + "/"))).isNull();
        assertThat(ask(provider.alice().issuer(null))).isNull();
        assertThat(ask(provider.alice().audience("account"))).isNull();
        assertThat(ask(provider.alice().audience(List.of()))).isNull();
        assertThat(ask(provider.alice().audience("mirage"))).isNotNull();
    }

    @Test
    void aTokenHasItsTime() throws IOException {
        Date early = Date.from(FakeProvider.NOON.minusSeconds(59));
        Date late = Date.from(FakeProvider.NOON.minusSeconds(60));
        assertThat(ask(provider.alice().expirationTime(early))).isNotNull();
        assertThat(ask(provider.alice().expirationTime(late))).isNull();
        assertThat(ask(provider.alice().expirationTime(null))).isNull();
        Date soon = Date.from(FakeProvider.NOON.plusSeconds(60));
        Date later = Date.from(FakeProvider.NOON.plusSeconds(61));
        assertThat(ask(provider.alice().notBeforeTime(soon))).isNotNull();
        assertThat(ask(provider.alice().notBeforeTime(later))).isNull();
    }

    @Test
    void aTokenThatIsOverIsOverForServicesTooOneDay() throws IOException {
        String service =
                FakeProvider.signed(
                        provider.alice()
                                .claim("realm_access", Map.of("roles", List.of("service"))));
        OidcIdentity identity = open(provider.settings());
        for (int hours : new int[] {47, 49}) {
            String over =
                    FakeProvider.signed(
                            provider.alice()
                                    .expirationTime(
                                            Date.from(
                                                    FakeProvider.NOON.minus(
                                                            Duration.ofHours(hours)))));
            assertThat(identity.callerOf(new Credentials(over, service, null)) == null)
                    .isEqualTo(hours > 48);
        }
    }

    @Test
    void aTokenThatIsNotSignedIsNone() throws IOException {
        assertThat(ask(new PlainJWT(provider.alice().build()).serialize())).isNull();
        String good = FakeProvider.signed(provider.alice());
        assertThat(ask(good.substring(0, good.lastIndexOf('.') + 1))).isNull();
        String[] parts = good.split("\\.", -1);
        String forged =
                new PlainJWT(
                                provider.alice()
                                        .claim("realm_access", Map.of("roles", List.of("admin")))
                                        .build())
                        .serialize()
                        .split("\\.", -1)[1];
        assertThat(ask(parts[0] + "." + forged + "." + parts[2])).isNull();
        assertThat(ask(good)).isNotNull();
    }

    @Test
    void thePublicKeyIsNoSecretToSignWith() throws Exception {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(),
                        provider.alice().build());
        token.sign(new MACSigner(FakeProvider.FIRST.toRSAPublicKey().getEncoded()));
        assertThat(ask(token.serialize())).isNull();
    }

    @Test
    void onlyListedAlgorithmsCount() throws IOException {
        String other =
                FakeProvider.signed(
                        provider.alice(),
                        new JWSHeader.Builder(JWSAlgorithm.RS384).keyID("first").build(),
                        FakeProvider.FIRST);
        assertThat(ask(other)).isNull();
        String curve =
                FakeProvider.signed(
                        provider.alice(),
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("curve").build(),
                        FakeProvider.CURVE);
        assertThat(ask(curve)).isNotNull();
    }

    @Test
    void anotherKeyOfTheSameNameDoesNotSign() throws IOException {
        RSAKey stranger = FakeProvider.rsa("first");
        assertThat(ask(FakeProvider.signed(provider.alice(), stranger))).isNull();
        // A key that comes with the token proves nothing.
        assertThat(
                        ask(
                                FakeProvider.signed(
                                        provider.alice(),
                                        FakeProvider.header().jwk(stranger.toPublicJWK()).build(),
                                        stranger)))
                .isNull();
    }

    @Test
    void whatTheHeaderDemandsMustBeUnderstood() throws IOException {
        assertThat(
                        ask(
                                FakeProvider.signed(
                                        provider.alice(),
                                        FakeProvider.header()
                                                .criticalParams(Set.of("mirage.example"))
                                                .customParam("mirage.example", 1)
                                                .build(),
                                        FakeProvider.FIRST)))
                .isNull();
        assertThat(
                        ask(
                                FakeProvider.signed(
                                        provider.alice(),
                                        FakeProvider.header()
                                                .type(new JOSEObjectType("at+jwt"))
                                                .build(),
                                        FakeProvider.FIRST)))
                .isNotNull();
        assertThat(
                        ask(
                                FakeProvider.signed(
                                        provider.alice(),
                                        FakeProvider.header()
                                                .type(new JOSEObjectType("logout+jwt"))
                                                .build(),
                                        FakeProvider.FIRST)))
                .isNull();
    }

    @Test
    void onlyTokensForAccessCount() throws IOException {
        assertThat(ask(provider.alice().claim("typ", "ID"))).isNull();
        assertThat(ask(provider.alice().claim("typ", "Refresh"))).isNull();
        assertThat(ask(provider.alice().claim("typ", null))).isNotNull();
        assertThat(ask(provider.alice().claim("cnf", Map.of("jkt", "x")))).isNull();
        assertThat(ask(provider.alice().subject(null))).isNull();
    }

    @Test
    void aNewKeyIsLookedForOnce() throws IOException {
        OidcIdentity identity = open(provider.settings());
        assertThat(identity.callerOf(Credentials.of(FakeProvider.signed(provider.alice()))))
                .isNotNull();
        assertThat(provider.keyFetches()).isEqualTo(1);
        provider.has(FakeProvider.FIRST, FakeProvider.SECOND);
        String rotated = FakeProvider.signed(provider.alice(), FakeProvider.SECOND);
        assertThat(identity.callerOf(Credentials.of(rotated))).isNotNull();
        assertThat(identity.callerOf(Credentials.of(FakeProvider.signed(provider.alice()))))
                .isNotNull();
        assertThat(provider.keyFetches()).isEqualTo(2);
    }

    @Test
    void inventedKeysDoNotKeepTheProviderBusy() throws IOException {
        OidcIdentity identity = open(provider.settings());
        for (int i = 0; i < 20; i++) {
            RSAKey invented =
                    new RSAKey.Builder(FakeProvider.SECOND).keyID("invented-" + i).build();
            assertThat(
                            identity.callerOf(
                                    Credentials.of(
                                            FakeProvider.signed(provider.alice(), invented))))
                    .isNull();
        }
        assertThat(provider.keyFetches()).isLessThanOrEqualTo(3);
        assertThat(identity.callerOf(Credentials.of(FakeProvider.signed(provider.alice()))))
                .isNotNull();
    }

    @Test
    void knownKeysGoOnWhileTheProviderIsAway() throws Exception {
        OidcIdentity identity =
                open(
                        provider.settings(
                                ClaimRules.defaults(),
                                Duration.ofMillis(20),
                                Duration.ofMillis(10)));
        String token = FakeProvider.signed(provider.alice());
        assertThat(identity.callerOf(Credentials.of(token))).isNotNull();
        provider.fails();
        Thread.sleep(50);
        assertThat(identity.callerOf(Credentials.of(token))).isNotNull();
        provider.server.stop();
        Thread.sleep(50);
        assertThat(identity.callerOf(Credentials.of(token))).isNotNull();
    }

    @Test
    void withoutKeysNothingIsKnown() throws IOException {
        provider.fails();
        OidcIdentity identity = open(provider.settings());
        String token = FakeProvider.signed(provider.alice());
        assertThatThrownBy(() -> identity.callerOf(Credentials.of(token)))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining(token);
        provider.describesItselfAs("https://other.example");
        provider.has(FakeProvider.FIRST);
        OidcIdentity other = open(provider.settings());
        assertThatThrownBy(() -> other.callerOf(Credentials.of(token)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.example");
    }

    @Test
    void aProjectIsChosenAmongThoseThatTheTokenGrants() throws IOException {
        ClaimRules rules =
                new ClaimRules(
                        ClaimPath.parse("sub"),
                        ClaimPath.parse("preferred_username"),
                        ClaimPath.parse("projects"),
                        ClaimPath.parse("project_name"),
                        List.of(ClaimPath.parse("resource_access.mirage.roles")),
                        ClaimPath.parse("groups"),
                        Pattern.compile("/projects/(?<project>[^/]+)/(?<role>[^/]+)"),
                        Map.of("writer", "member", "viewer", "reader", "boss", "admin"));
        OidcIdentity identity = open(provider.settings(rules, KEYS_TIME, KEYS_INTERVAL));
        String token =
                FakeProvider.signed(
                        provider.alice()
                                .claim("projects", List.of("web", "db"))
                                .claim(
                                        "resource_access",
                                        Map.of("mirage", Map.of("roles", List.of("viewer"))))
                                .claim(
                                        "groups",
                                        List.of(
                                                "/projects/web/writer",
                                                "/projects/lab/boss",
                                                "/projects/lab/admin",
                                                "/other/projects/x/boss",
                                                "/projects/a/b/boss",
                                                "/projects/unknown/other")));
        Caller none = requireNonNull(identity.callerOf(Credentials.of(token)));
        assertThat(none.scope()).isEqualTo(new TokenScope.None());
        assertThat(none.roles()).containsExactly("reader");
        assertThat(rolesIn(identity, token, "web")).containsExactlyInAnyOrder("member", "reader");
        assertThat(rolesIn(identity, token, "db")).containsExactly("reader");
        assertThat(rolesIn(identity, token, "lab"))
                .containsExactlyInAnyOrder("admin", "member", "reader");
        for (String project : new String[] {"x", "a", "a/b", "WEB", "other"}) {
            assertThat(identity.callerOf(new Credentials(token, null, project))).isNull();
        }
    }

    private static Set<String> rolesIn(OidcIdentity identity, String token, String project)
            throws IOException {
        Caller caller = requireNonNull(identity.callerOf(new Credentials(token, null, project)));
        assertThat(caller.projectId()).isEqualTo(project);
        return caller.roles();
    }

    @Test
    void rolesThatAreNotMappedAreNone() throws IOException {
        Caller caller =
                known(
                        provider.alice()
                                .claim(
                                        "realm_access",
                                        Map.of("roles", List.of("Admin", "manage-users"))));
        assertThat(caller.roles()).isEmpty();
    }

    @Test
    void claimsOfAnyShapeGiveNoRoles() throws IOException {
        for (Object access :
                new Object[] {
                    "admin", 7, List.of("admin"), Map.of("roles", Map.of("admin", true))
                }) {
            assertThat(known(provider.alice().claim("realm_access", access)).roles()).isEmpty();
        }
        assertThat(known(provider.alice().claim("project_id", 7)).projectId()).isNull();
        assertThat(known(provider.alice().claim("preferred_username", 7)).user().name())
                .isEqualTo("id-of-alice");
    }

    @Test
    void eachTokenGoesToWhoIssuedIt() throws IOException {
        OidcIdentity identity = open(provider.settings());
        List<String> others = new ArrayList<>();
        OidcOrElse both =
                new OidcOrElse(
                        identity,
                        credentials -> {
                            others.add(credentials.token());
                            return Caller.inProject("other", "p", Set.of());
                        });
        String ours = FakeProvider.signed(provider.alice());
        String signedByKeystone =
                FakeProvider.signed(new JWTClaimsSet.Builder().subject("u"), FakeProvider.SECOND);
        assertThat(requireNonNull(both.callerOf(Credentials.of(ours))).user().name())
                .isEqualTo("alice");
        assertThat(others).isEmpty();
        both.callerOf(Credentials.of("gAAAAABfernet"));
        both.callerOf(Credentials.of(signedByKeystone));
        assertThat(others).containsExactly("gAAAAABfernet", signedByKeystone);
        // What says that it is the provider's is not tried elsewhere.
        assertThat(
                        both.callerOf(
                                Credentials.of(
                                        FakeProvider.signed(provider.alice().audience("account")))))
                .isNull();
        assertThat(both.challenges()).containsExactly("Bearer realm=\"" + provider.issuer() + "\"");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        ClaimRules rules = ClaimRules.defaults();
        assertThatThrownBy(() -> OidcSettings.defaults("sso", Set.of("mirage"), rules))
                .hasMessageContaining("issuer");
        assertThatThrownBy(() -> OidcSettings.defaults("https://sso", Set.of(), rules))
                .hasMessageContaining("audience");
        OidcSettings good = provider.settings();
        for (String algorithm : new String[] {"none", "HS256", "RS1"}) {
            assertThatThrownBy(() ->
                            new OidcSettings(
                                    good.issuer(),
                                    null,
                                    good.audiences(),
                                    Set.of(algorithm),
                                    good.clockSkew(),
                                    good.keysTime(),
                                    good.keysInterval(),
                                    good.expiredWindow(),
                                    good.serviceRoles(),
                                    good.domain(),
                                    rules,
                                    good.connection()))
                    .hasMessageContaining("algorithms");
        }
        assertThatThrownBy(() -> ClaimPath.parse("a..b"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ClaimPath.parse("a.b\\.c.d").names()).containsExactly("a", "b.c", "d");
    }
}
