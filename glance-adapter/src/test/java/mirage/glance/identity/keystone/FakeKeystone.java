package mirage.glance.identity.keystone;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;

import mirage.glance.identity.keystone.ServiceUser.Login;
import mirage.glance.identity.keystone.ServiceUser.Reference;
import mirage.glance.identity.keystone.ServiceUser.Scope;
import mirage.glance.identity.remote.Connection;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/** Keystone as far as the tests need it: what it knows is said call by call. */
final class FakeKeystone implements AutoCloseable {
    static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
    static final String TOKENS = "/v3/auth/tokens";

    final WireMockServer server;

    FakeKeystone() {
        this(options().bindAddress("127.0.0.1").dynamicPort());
    }

    FakeKeystone(WireMockConfiguration configuration) {
        server = new WireMockServer(configuration);
        server.start();
        server.stubFor(get(anyUrl()).atPriority(10).willReturn(aResponse().withStatus(404)));
        logsIn("own-1", NOON.plus(Duration.ofHours(1)));
    }

    String url() {
        return server.baseUrl();
    }

    ServiceUser user() {
        return new ServiceUser(
                URI.create(url()),
                new Login.Password(Reference.byName("glance", "Default"), "secret-of-glance"),
                new Scope.Project(Reference.byName("service", "Default")));
    }

    KeystoneSettings settings() {
        return with(KeystoneSettings.defaults(user()), connection());
    }

    static Connection connection() {
        return new Connection(null, false, Duration.ofSeconds(20), 1);
    }

    static KeystoneSettings with(KeystoneSettings settings, Connection connection) {
        return new KeystoneSettings(
                settings.user(),
                connection,
                settings.wwwAuthenticateUri(),
                settings.interfaceName(),
                settings.regionName(),
                settings.serviceTokenRoles(),
                settings.serviceTokenRolesRequired(),
                settings.tokenCacheTime());
    }

    /** Gives this token to the service's user from now on. */
    void logsIn(String token, Instant expires) {
        logsIn(token, expires, "[" + endpoint("identity", "internal", "RegionOne", url()) + "]");
    }

    void logsIn(String token, Instant expires, String endpointsOfServices) {
        server.stubFor(
                post(urlPathEqualTo(TOKENS))
                        .willReturn(
                                aResponse()
                                        .withStatus(201)
                                        .withHeader("X-Subject-Token", token)
                                        .withHeader("Content-Type", "application/json")
                                        .withBody(
                                                tokenBody(
                                                        "glance",
                                                        project("service"),
                                                        "\"admin\"",
                                                        expires,
                                                        ", \"catalog\": " + endpointsOfServices))));
    }

    void refusesLogin(int status) {
        server.stubFor(post(urlPathEqualTo(TOKENS)).willReturn(aResponse().withStatus(status)));
    }

    static String endpoint(String type, String interfaceName, String region, String url) {
        return """
        {"id": "s", "type": "%s", "name": "n", "endpoints": [{"id": "e", "interface": "%s",
         "region": "%s", "region_id": "%s", "url": "%s"}]}\
        """
                .formatted(type, interfaceName, region, region, url);
    }

    /** Knows a token, and says this of it. */
    void knows(String token, String body) {
        answers(token, aResponse().withHeader("Content-Type", "application/json").withBody(body));
    }

    void answers(String token, ResponseDefinitionBuilder answer) {
        server.stubFor(
                get(urlPathEqualTo(TOKENS))
                        .atPriority(5)
                        .withHeader("X-Subject-Token", equalTo(token))
                        .withQueryParam("allow_expired", absent())
                        .willReturn(answer));
    }

    /** Knows a token that is over, when it is told that this is no matter. */
    void knowsOver(String token, String body) {
        server.stubFor(
                get(urlPathEqualTo(TOKENS))
                        .atPriority(5)
                        .withHeader("X-Subject-Token", equalTo(token))
                        .withQueryParam("allow_expired", equalTo("1"))
                        .willReturn(
                                aResponse()
                                        .withHeader("Content-Type", "application/json")
                                        .withBody(body)));
    }

    /** A token of a user in the default domain, until one o'clock. */
    static String tokenBody(String user, String scope, String quotedRoles) {
        return tokenBody(user, scope, quotedRoles, NOON.plus(Duration.ofHours(1)), "");
    }

    static String tokenBody(
            String user, String scope, String quotedRoles, Instant expires, String more) {
        return """
        {"token": {"methods": ["password"], "expires_at": "%s",
         "issued_at": "2026-03-04T11:00:00.000000Z", "audit_ids": ["x"],
         "user": {"id": "id-of-%s", "name": "%s", "password_expires_at": null,
                  "domain": {"id": "default", "name": "Default"}},
         %s "roles": [%s]%s}}
        """
                .formatted(
                        expires.toString().replace("Z", ".000000Z"),
                        user,
                        user,
                        scope,
                        quotedRoles.isEmpty()
                                ? ""
                                : quotedRoles.replaceAll(
                                        "(\"[^\"]+\")", "{\"id\": \"r\", \"name\": $1}"),
                        more);
    }

    static String project(String id) {
        return """
        "is_domain": false, "project": {"id": "%s", "name": "the %s",
         "domain": {"id": "default", "name": "Default"}},\
        """
                .formatted(id, id);
    }

    int questionsFor(String token) {
        return server.findAll(
                        getRequestedFor(urlPathEqualTo(TOKENS))
                                .withHeader("X-Subject-Token", equalTo(token)))
                .size();
    }

    int logins() {
        return server.findAll(postRequestedFor(urlPathEqualTo(TOKENS))).size();
    }

    @Override
    public void close() {
        server.stop();
    }
}
