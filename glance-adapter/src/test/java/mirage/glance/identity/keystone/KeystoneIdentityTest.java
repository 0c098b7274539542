package mirage.glance.identity.keystone;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;

import mirage.glance.identity.AccessRule;
import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Domain;
import mirage.glance.identity.FakeClock;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.User;
import mirage.glance.identity.remote.Connection;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(120)
final class KeystoneIdentityTest {
    private static final String WEB = FakeKeystone.project("web");
    private static final String ALICE =
            FakeKeystone.tokenBody("alice", WEB, "\"Member\", \"reader\"");

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(KeystoneIdentityTest.class);

    private final FakeKeystone fake = new FakeKeystone();
    private final FakeClock clock = new FakeClock(FakeKeystone.NOON);
    private final List<Keystone> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Keystone::close);
        fake.close();
    }

    private Keystone open(KeystoneSettings settings) throws IOException {
        Keystone keystone = Keystone.open(settings, clock);
        opened.add(keystone);
        return keystone;
    }

    private Keystone open() throws IOException {
        return open(fake.settings());
    }

    private static @Nullable Caller ask(Keystone keystone, String token) throws IOException {
        return keystone.identity().callerOf(Credentials.of(token));
    }

    private static Caller known(Keystone keystone, String token) throws IOException {
        return requireNonNull(ask(keystone, token));
    }

    @Test
    void aCallerIsWhatKeystoneSays() throws IOException {
        fake.knows("t", ALICE);
        Caller alice = known(open(), "t");
        assertThat(alice.user()).isEqualTo(new User("id-of-alice", "alice", Domain.DEFAULT));
        assertThat(alice.scope())
                .isEqualTo(new TokenScope.Project("web", "the web", Domain.DEFAULT));
        assertThat(alice.roles()).containsExactlyInAnyOrder("member", "reader");
        assertThat(alice.token().expires()).isEqualTo(FakeKeystone.NOON.plusSeconds(3600));
        fake.server.verify(
                postRequestedFor(urlPathEqualTo(FakeKeystone.TOKENS))
                        .withRequestBody(
                                matchingJsonPath(
                                        "$.auth.identity.password.user.password",
                                        equalTo("secret-of-glance")))
                        .withRequestBody(
                                matchingJsonPath(
                                        "$.auth.scope.project.domain.name", equalTo("Default"))));
        fake.server.verify(
                getRequestedFor(urlPathEqualTo(FakeKeystone.TOKENS))
                        .withHeader("X-Auth-Token", equalTo("own-1"))
                        .withHeader("X-Subject-Token", equalTo("t"))
                        .withHeader("OpenStack-Identity-Access-Rules", equalTo("1.0"))
                        .withQueryParam("nocatalog", equalTo("1")));
    }

    @Test
    void noRoleIsImplied() throws IOException {
        fake.knows("t", FakeKeystone.tokenBody("root", WEB, "\"admin\""));
        assertThat(known(open(), "t").roles()).containsExactly("admin");
    }

    @Test
    void scopesOtherThanProjects() throws IOException {
        fake.knows("s", FakeKeystone.tokenBody("a", "\"system\": {\"all\": true},", "\"reader\""));
        fake.knows(
                "d",
                FakeKeystone.tokenBody(
                        "a", "\"domain\": {\"id\": \"d1\", \"name\": \"D\"},", "\"reader\""));
        fake.knows("n", FakeKeystone.tokenBody("a", "", ""));
        Keystone keystone = open();
        assertThat(known(keystone, "s").scope()).isEqualTo(new TokenScope.OfSystem());
        assertThat(known(keystone, "d").scope())
                .isEqualTo(new TokenScope.OfDomain(new Domain("d1", "D")));
        assertThat(known(keystone, "n").scope()).isEqualTo(new TokenScope.None());
        assertThat(known(keystone, "n").roles()).isEmpty();
    }

    @Test
    void accessRulesComeWithTheToken() throws IOException {
        String rules =
                ", \"application_credential\": {\"id\": \"c\", \"restricted\": true,"
                        + " \"access_rules\": [{\"id\": \"r\", \"service\": \"image\","
                        + " \"method\": \"GET\", \"path\": \"/v2/images\"}]}";
        Instant end = FakeKeystone.NOON.plusSeconds(60);
        fake.knows("ruled", FakeKeystone.tokenBody("a", WEB, "\"member\"", end, rules));
        fake.knows(
                "unruled",
                FakeKeystone.tokenBody(
                        "a",
                        WEB,
                        "\"member\"",
                        end,
                        ", \"application_credential\": {\"id\": \"c\", \"access_rules\": null}"));
        Keystone keystone = open();
        assertThat(known(keystone, "ruled").token().accessRules())
                .containsExactly(new AccessRule("image", "GET", "/v2/images"));
        assertThat(known(keystone, "unruled").token().accessRules()).isNull();
    }

    @Test
    void anAnswerCountsForTheCacheTime() throws IOException {
        fake.knows("t", ALICE);
        Keystone keystone = open();
        known(keystone, "t");
        clock.later(Duration.ofSeconds(299));
        known(keystone, "t");
        assertThat(fake.questionsFor("t")).isEqualTo(1);
        clock.later(Duration.ofSeconds(2));
        known(keystone, "t");
        assertThat(fake.questionsFor("t")).isEqualTo(2);
    }

    @Test
    void anAnswerDoesNotOutliveItsToken() throws IOException {
        fake.knows(
                "t",
                FakeKeystone.tokenBody(
                        "alice", WEB, "\"member\"", FakeKeystone.NOON.plusSeconds(100), ""));
        Keystone keystone = open();
        known(keystone, "t");
        clock.later(Duration.ofSeconds(100));
        // Keystone itself may be late: what it says of the end counts.
        assertThat(ask(keystone, "t")).isNull();
        fake.answers("t", aResponse().withStatus(404));
        clock.later(Duration.ofSeconds(1));
        assertThat(ask(keystone, "t")).isNull();
    }

    @Test
    void aRevokedTokenGoesOnUntilItsAnswerIsOld() throws IOException {
        fake.knows("t", ALICE);
        Keystone keystone = open();
        known(keystone, "t");
        fake.answers("t", aResponse().withStatus(404));
        known(keystone, "t");
        clock.later(Duration.ofSeconds(301));
        assertThat(ask(keystone, "t")).isNull();
    }

    @Test
    void anUnknownTokenStaysUnknownForAMoment() throws IOException {
        Keystone keystone = open();
        assertThat(ask(keystone, "t")).isNull();
        fake.knows("t", ALICE);
        assertThat(ask(keystone, "t")).isNull();
        assertThat(fake.questionsFor("t")).isEqualTo(1);
        clock.later(TokenCache.UNKNOWN_TIME.plusMillis(1));
        known(keystone, "t");
    }

    @Test
    void withoutCacheTimeEveryRequestIsAsked() throws IOException {
        fake.knows("t", ALICE);
        KeystoneSettings settings = fake.settings();
        Keystone keystone =
                open(
                        new KeystoneSettings(
                                settings.user(),
                                settings.connection(),
                                null,
                                "internal",
                                null,
                                Set.of("service"),
                                false,
                                Duration.ofSeconds(-1)));
        known(keystone, "t");
        known(keystone, "t");
        assertThat(fake.questionsFor("t")).isEqualTo(2);
        assertThat(ask(keystone, "u")).isNull();
        assertThat(ask(keystone, "u")).isNull();
        assertThat(fake.questionsFor("u")).isEqualTo(2);
    }

    @Test
    void requestsWithOneTokenAreOneQuestion() throws Exception {
        fake.answers(
                "t",
                aResponse()
                        .withFixedDelay(500)
                        .withHeader("Content-Type", "application/json")
                        .withBody(ALICE));
        Keystone keystone = open();
        List<Future<Caller>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                callers.add(threads.submit(() -> known(keystone, "t")));
            }
            for (Future<Caller> caller : callers) {
                assertThat(caller.get().user().name()).isEqualTo("alice");
            }
        }
        assertThat(fake.questionsFor("t")).isEqualTo(1);
        assertThat(fake.logins()).isEqualTo(1);
    }

    @Test
    void theOwnTokenIsRenewedBeforeItIsOver() throws IOException {
        fake.knows("t", ALICE);
        Keystone keystone = open();
        known(keystone, "t");
        clock.later(Duration.ofMinutes(57));
        fake.knows("u", FakeKeystone.tokenBody("bob", WEB, "\"member\""));
        known(keystone, "u");
        assertThat(fake.logins()).isEqualTo(1);
        clock.later(Duration.ofSeconds(61));
        fake.logsIn("own-2", clock.instant().plus(Duration.ofHours(1)));
        assertThat(ask(keystone, "v")).isNull();
        assertThat(fake.logins()).isEqualTo(2);
        fake.server.verify(
                getRequestedFor(urlPathEqualTo(FakeKeystone.TOKENS))
                        .withHeader("X-Auth-Token", equalTo("own-2")));
    }

    @Test
    void theOwnTokenIsRenewedWhenItIsRefused() throws IOException {
        fake.server.stubFor(
                get(urlPathEqualTo(FakeKeystone.TOKENS))
                        .atPriority(1)
                        .withHeader("X-Auth-Token", equalTo("own-1"))
                        .willReturn(aResponse().withStatus(401)));
        fake.knows("t", ALICE);
        Keystone keystone = open();
        assertThatThrownBy(() -> ask(keystone, "t"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refuses")
                .hasMessageNotContaining("secret");
        fake.logsIn("own-2", FakeKeystone.NOON.plus(Duration.ofHours(1)));
        known(keystone, "t");
    }

    @Test
    void aRefusedLoginIsNotTriedAgainAtOnce() throws IOException {
        fake.refusesLogin(401);
        fake.knows("t", ALICE);
        Keystone keystone = open();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> ask(keystone, "t"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("login")
                    .hasMessageNotContaining("secret");
        }
        assertThat(fake.logins()).isEqualTo(1);
        fake.logsIn("own-1", FakeKeystone.NOON.plus(Duration.ofHours(1)));
        clock.later(Duration.ofSeconds(11));
        known(keystone, "t");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 403, 500, 502, 503})
    void whenKeystoneFailsNothingIsKnown(int status) throws IOException {
        fake.answers(
                "t",
                aResponse().withStatus(status).withHeader("Location", fake.url() + "/elsewhere"));
        Keystone keystone = open();
        assertThatThrownBy(() -> ask(keystone, "t"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(status));
        fake.server.verify(0, getRequestedFor(urlPathEqualTo("/elsewhere")));
        fake.knows("t", ALICE);
        known(keystone, "t");
    }

    @Test
    void whenKeystoneIsAwayKnownTokensGoOn() throws IOException {
        fake.knows("t", ALICE);
        Keystone keystone = open();
        known(keystone, "t");
        fake.server.stop();
        known(keystone, "t");
        assertThatThrownBy(() -> ask(keystone, "u"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(FakeKeystone.TOKENS);
        clock.later(Duration.ofSeconds(301));
        assertThatThrownBy(() -> ask(keystone, "t")).isInstanceOf(IOException.class);
    }

    @Test
    void keystoneIsNotWaitedForForEver() throws IOException {
        fake.answers("t", aResponse().withFixedDelay(50_000).withBody(ALICE));
        fake.answers("slow", aResponse().withBody(ALICE).withChunkedDribbleDelay(100, 50_000));
        Keystone keystone =
                open(
                        FakeKeystone.with(
                                fake.settings(),
                                new Connection(null, false, Duration.ofSeconds(3), 1)));
        assertThat(ask(keystone, "unknown")).isNull();
        for (String token : new String[] {"t", "slow"}) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> ask(keystone, token))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PT3S");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aBrokenConnectionIsTriedAgain() throws IOException {
        fake.server.stubFor(
                get(urlPathEqualTo(FakeKeystone.TOKENS))
                        .atPriority(1)
                        .inScenario("break")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willSetStateTo("whole")
                        .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        fake.knows("t", ALICE);
        known(open(), "t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense secret",
                "[]",
                "{}",
                "{\"token\": 1}",
                "{\"token\": {\"user\": {\"id\": \"secret\"}}}",
                "{\"token\": {\"expires_at\": \"secret\", \"user\": {\"id\": \"i\", \"name\": \"n\","
                        + " \"domain\": {\"id\": \"d\", \"name\": \"d\"}}}}"
            })
    void anAnswerThatIsNoneIsAFailureAndNotQuoted(String body) throws IOException {
        fake.knows("t", body);
        Keystone keystone = open();
        assertThatThrownBy(() -> ask(keystone, "t"))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void anAnswerWithoutEndIsCut() throws IOException {
        fake.knows("t", "[" + "\"x\",".repeat(3_000_000) + "1]");
        Keystone keystone = open();
        assertThatThrownBy(() -> ask(keystone, "t")).isInstanceOf(IOException.class);
    }

    @Test
    void whoHasNotTheRoleIsNoTrustedService() throws IOException {
        fake.knows("user", ALICE);
        fake.knows("mallory", FakeKeystone.tokenBody("mallory", WEB, "\"member\""));
        fake.knowsOver(
                "over",
                FakeKeystone.tokenBody(
                        "alice", WEB, "\"member\"", FakeKeystone.NOON.minusSeconds(9), ""));
        Keystone lenient = open();
        assertThat(
                        requireNonNull(
                                        lenient.identity()
                                                .callerOf(new Credentials("user", "mallory", null)))
                                .serviceRoles())
                .containsExactly("member");
        assertThat(lenient.identity().callerOf(new Credentials("over", "mallory", null))).isNull();
        KeystoneSettings settings = fake.settings();
        Keystone strict =
                open(
                        new KeystoneSettings(
                                settings.user(),
                                settings.connection(),
                                null,
                                "internal",
                                null,
                                Set.of("service"),
                                true,
                                settings.tokenCacheTime()));
        assertThat(
                        requireNonNull(
                                        strict.identity()
                                                .callerOf(new Credentials("user", "mallory", null)))
                                .serviceRoles())
                .isEmpty();
        assertThat(fake.questionsFor("over")).isEqualTo(1);
    }

    @Test
    void theEndpointIsThatOfTheCatalog() throws IOException {
        fake.logsIn(
                "own-1",
                FakeKeystone.NOON.plusSeconds(3600),
                "["
                        + FakeKeystone.endpoint("identity", "public", "One", fake.url() + "/public")
                        + ","
                        + FakeKeystone.endpoint("identity", "internal", "One", fake.url() + "/one")
                        + ","
                        + FakeKeystone.endpoint(
                                "identity", "internal", "Two", fake.url() + "/two/v3/")
                        + ","
                        + FakeKeystone.endpoint("image", "public", "Two", "http://image-two/")
                        + "]");
        fake.server.stubFor(
                get(urlPathEqualTo("/two/v3/auth/tokens")).willReturn(aResponse().withBody(ALICE)));
        KeystoneSettings settings = fake.settings();
        Keystone keystone =
                open(
                        new KeystoneSettings(
                                settings.user(),
                                settings.connection(),
                                "http://public:5000",
                                "internal",
                                "Two",
                                Set.of(),
                                false,
                                settings.tokenCacheTime()));
        known(keystone, "t");
        assertThat(keystone.endpoint("image", "public", null)).isEqualTo("http://image-two");
        assertThat(keystone.endpoint("image", "public", "One")).isNull();
        assertThat(keystone.endpoint("volume", "public", null)).isNull();
        assertThat(keystone.identity().challenges())
                .containsExactly("Keystone uri=\"http://public:5000\"");
    }

    @Test
    void aCatalogWithoutKeystoneLeavesWhereTheLoginWent() throws IOException {
        fake.logsIn("own-1", FakeKeystone.NOON.plusSeconds(3600), "[]");
        fake.knows("t", ALICE);
        Keystone keystone = open();
        known(keystone, "t");
        assertThat(keystone.identity().challenges())
                .containsExactly("Keystone uri=\"" + fake.url() + "\"");
    }

    @Test
    void secretsAreInNoLog() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger mirage = (Logger) LoggerFactory.getLogger("mirage");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        mirage.setLevel(Level.TRACE);
        ((Logger) LoggerFactory.getLogger("org.openstack4j")).setLevel(Level.TRACE);
        try {
            fake.knows("secret-of-alice", ALICE);
            Keystone keystone = open();
            known(keystone, "secret-of-alice");
            fake.server.stop();
            LOG.info("{}", known(keystone, "secret-of-alice"));
            assertThatThrownBy(() -> ask(keystone, "secret-of-bob"))
                    .satisfies(failure -> LOG.error("tokens cannot be looked at", failure));
        } finally {
            root.detachAppender(lines);
            mirage.setLevel(null);
        }
        assertThat(lines.list).isNotEmpty();
        for (ILoggingEvent line : lines.list) {
            String text =
                    line.getFormattedMessage()
                            + (line.getThrowableProxy() == null
                                    ? ""
                                    : ThrowableProxyUtil.asString(line.getThrowableProxy()));
            assertThat(text).doesNotContain("secret-of", "own-1");
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() ->
                        new KeystoneSettings(
                                fake.user(),
                                FakeKeystone.connection(),
                                "http://x\"",
                                "internal",
                                null,
                                Set.of(),
                                false,
                                Duration.ZERO))
                .hasMessageContaining("www_authenticate_uri");
        assertThatThrownBy(() ->
                        new KeystoneSettings(
                                fake.user(),
                                FakeKeystone.connection(),
                                null,
                                "outer",
                                null,
                                Set.of(),
                                false,
                                Duration.ZERO))
                .hasMessageContaining("interface");
        assertThatThrownBy(() -> new ServiceUser.Reference(null, "name", null, null))
                .hasMessageContaining("domain");
        assertThat(fake.settings().toString()).doesNotContain("secret-of-glance");
    }
}
