package mirage.glance.serve;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;

import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.Identity;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.keystone.LimitsSettings;
import mirage.glance.identity.keystone.ServiceUser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** From a file of settings to callers. */
@Timeout(120)
final class IdentitiesTest {
    private static final String KEYSTONE =
            """
            [keystone_authtoken]
            auth_url = http://127.0.0.1:9/
            username = glance
            user_domain_name = Default
            password = swordfish
            project_name = service
            project_domain_id = default
            """;
    private static final String OIDC =
            """
            [oidc]
            issuer = https://sso.example.org/realms/cloud
            audience = mirage
            """;

    @TempDir Path directory;

    private Configuration read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("mirage.conf"), text);
        return new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read();
    }

    private Identity open(String text) throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        Identity identity =
                Identities.open(read(text), directory, Clock.systemUTC(), opened).identity();
        opened.forEach(resource -> {
            try {
                resource.close();
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        });
        return identity;
    }

    @Test
    void sourcesAreJoined() throws IOException {
        assertThat(open("").challenges()).isEmpty();
        assertThat(directory.resolve("token")).exists();
        Files.delete(directory.resolve("token"));
        assertThat(open("[DEFAULT]\nauth_strategy = keystone\n" + KEYSTONE).challenges())
                .containsExactly("Keystone uri=\"http://127.0.0.1:9\"");
        assertThat(open("[DEFAULT]\nauth_strategy = oidc\n" + OIDC).challenges())
                .containsExactly("Bearer realm=\"https://sso.example.org/realms/cloud\"");
        assertThat(
                        open("[DEFAULT]\nauth_strategy = keystone,oidc\n" + KEYSTONE + OIDC)
                                .challenges())
                .containsExactly(
                        "Keystone uri=\"http://127.0.0.1:9\"",
                        "Bearer realm=\"https://sso.example.org/realms/cloud\"");
        assertThat(directory.resolve("token")).doesNotExist();
        Identity all = open("[DEFAULT]\nauth_strategy = files, oidc, keystone\n" + KEYSTONE + OIDC);
        String token = Files.readString(directory.resolve("token")).strip();
        assertThat(all.callerOf(Credentials.of(token))).isNotNull();
        assertThatThrownBy(() -> all.callerOf(Credentials.of("other")))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[DEFAULT]\nauth_strategy = ldap",
                "[DEFAULT]\nauth_strategy =",
                "[DEFAULT]\nauth_strategy = files, files",
                "[DEFAULT]\nauth_strategy = keystone",
                "[DEFAULT]\nauth_strategy = oidc",
                """
                [DEFAULT]
                auth_strategy = keystone
                [keystone_authtoken]
                auth_url = http://k
                username = glance
                password = x
                project_id = p
                """,
                """
                [DEFAULT]
                auth_strategy = keystone
                [keystone_authtoken]
                auth_url = http://k
                user_id = glance
                password = x
                project_id = p
                cafile = /x
                insecure = true
                """,
                """
                [DEFAULT]
                auth_strategy = keystone
                [keystone_authtoken]
                auth_type = v3applicationcredential
                auth_url = http://k
                application_credential_id = p
                """,
                "[DEFAULT]\nauth_strategy = oidc\n[oidc]\nissuer = https://sso",
                "[DEFAULT]\nauth_strategy = oidc\n[oidc]\naudience = mirage",
                "[oidc]\nalgorithms = none",
                "[oidc]\nalgorithms = HS256",
                "[oidc]\nproject_group = /projects/(.*)",
                "[oidc]\nproject_group = (",
                "[oidc]\nroles_claims = a..b",
            })
    void whatDoesNotGoTogetherIsNamed(String text) {
        assertThatThrownBy(() -> open(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageNotContaining("swordfish");
    }

    @Test
    void secretsOfSettingsAreNotShown() throws IOException {
        Configuration configuration =
                read(
                        KEYSTONE
                                + "[oslo_limit]\nauth_type = v3applicationcredential\n"
                                + "auth_url = http://k:5000\napplication_credential_id = c\n"
                                + "application_credential_secret = marlin\n");
        assertThat(KeystoneOptions.settings(configuration).toString())
                .contains("glance")
                .doesNotContain("swordfish");
        LimitsSettings limits = KeystoneOptions.limitsSettings(configuration);
        assertThat(limits.toString()).doesNotContain("marlin");
        assertThat(limits.user().login())
                .isEqualTo(new ServiceUser.Login.ApplicationCredential("c", "marlin"));
    }

    @Test
    void theServiceAsksKeystone() throws Exception {
        WireMockServer keystone =
                new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());
        keystone.start();
        Instant end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
        String token =
                """
                {"token": {"expires_at": "%s", "roles": [{"name": "member"}, {"name": "reader"}],
                 "user": {"id": "u", "name": "alice", "domain": {"id": "default", "name": "D"}},
                 "project": {"id": "p", "name": "web", "domain": {"id": "default", "name": "D"}}}}
                """
                        .formatted(end);
        keystone.stubFor(
                post(urlPathEqualTo("/v3/auth/tokens"))
                        .withRequestBody(
                                matchingJsonPath(
                                        "$.auth.identity.password.user.password",
                                        equalTo("swordfish")))
                        .willReturn(
                                aResponse()
                                        .withStatus(201)
                                        .withHeader("X-Subject-Token", "own")
                                        .withBody(token)));
        keystone.stubFor(
                get(urlPathEqualTo("/v3/auth/tokens")).willReturn(aResponse().withStatus(404)));
        keystone.stubFor(
                get(urlPathEqualTo("/v3/auth/tokens"))
                        .withHeader("X-Subject-Token", equalTo("of-alice"))
                        .willReturn(aResponse().withBody(token)));
        String settings =
                "[DEFAULT]\nauth_strategy = keystone\nbind_port = 0\ndata_directory = "
                        + directory.resolve("data")
                        + "\n"
                        + KEYSTONE.replace("127.0.0.1:9/", "127.0.0.1:" + keystone.port());
        try (GlanceService service = GlanceService.start(read(settings))) {
            assertThat(images(service, "X-Auth-Token", "of-alice").statusCode()).isEqualTo(200);
            assertThat(images(service, "X-Storage-Token", "of-alice").statusCode()).isEqualTo(200);
            HttpResponse<String> refused = images(service, "X-Auth-Token", "of-bob");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Keystone uri=\"http://127.0.0.1:" + keystone.port() + "\"");
            keystone.stop();
            assertThat(images(service, "X-Auth-Token", "of-alice").statusCode()).isEqualTo(200);
            assertThat(images(service, "X-Auth-Token", "of-carol").statusCode()).isEqualTo(503);
        }
    }

    private static HttpResponse<String> images(GlanceService service, String header, String token)
            throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(service.uri() + "/v2/images"))
                            .header(header, token)
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
