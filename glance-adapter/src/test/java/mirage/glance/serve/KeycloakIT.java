package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.oidc.OidcIdentity;
import mirage.glance.identity.oidc.OidcOptions;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Identity by the tokens of a real Keycloak. */
@Tag("keycloak")
@Timeout(600)
final class KeycloakIT {
    private static @Nullable RealKeycloak started;

    @TempDir Path directory;

    @BeforeAll
    static void start() throws Exception {
        started = RealKeycloak.start();
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    private static RealKeycloak keycloak() {
        return requireNonNull(started);
    }

    private Configuration configuration() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("mirage.conf"),
                        """
                        [DEFAULT]
                        auth_strategy = oidc
                        bind_port = 0
                        data_directory = %s
                        [oidc]
                        issuer = %s
                        audience = mirage
                        clock_skew = 0
                        keys_cache_time = 3s
                        keys_min_interval = 1s
                        project_group = /projects/(?<project>[^/]+)/(?<role>[^/]+)
                        """
                                .formatted(directory.resolve("data"), keycloak().issuer()));
        return new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read();
    }

    private OidcIdentity open() throws IOException {
        return OidcIdentity.open(OidcOptions.settings(configuration()), Clock.systemUTC());
    }

    @Test
    void aCallerIsWhatKeycloakSays() throws Exception {
        String token = keycloak().token("cli", "alice");
        try (OidcIdentity identity = open()) {
            Caller web = requireNonNull(identity.callerOf(new Credentials(token, null, "web")));
            assertThat(web.user().name()).isEqualTo("alice");
            assertThat(web.projectId()).isEqualTo("web");
            assertThat(web.roles()).containsExactlyInAnyOrder("member", "reader");
            Caller db = requireNonNull(identity.callerOf(new Credentials(token, null, "db")));
            assertThat(db.projectId()).isEqualTo("db");
            assertThat(db.userId()).isEqualTo(web.userId());
            assertThat(identity.callerOf(new Credentials(token, null, "other"))).isNull();
            String nova = keycloak().token("cli", "nova");
            Caller passedOn =
                    requireNonNull(identity.callerOf(new Credentials(token, nova, "web")));
            assertThat(passedOn.serviceRoles()).containsExactly("service");
        }
    }

    @Test
    void theServiceTakesKeycloaksTokens() throws Exception {
        String token = keycloak().token("cli", "alice");
        try (GlanceService service = GlanceService.start(configuration())) {
            assertThat(images(service, "Authorization", "Bearer " + token).statusCode())
                    .isEqualTo(200);
            assertThat(images(service, "X-Auth-Token", token).statusCode()).isEqualTo(200);
            HttpResponse<String> refused = images(service, "X-Auth-Token", token + "x");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Bearer realm=\"" + keycloak().issuer() + "\"");
        }
    }

    private static HttpResponse<String> images(GlanceService service, String header, String value)
            throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(service.uri() + "/v2/images"))
                            .header(header, value)
                            .header("X-Project-Id", "web")
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    void tokensForOthersAreRefused() throws Exception {
        try (OidcIdentity identity = open()) {
            assertThat(ask(identity, keycloak().token("cli", "alice"))).isNotNull();
            assertThat(ask(identity, keycloak().tokenOfMaster())).isNull();
            assertThat(ask(identity, keycloak().token("stranger", "alice"))).isNull();
            assertThat(ask(identity, keycloak().idToken("cli", "alice"))).isNull();
        }
    }

    private static @Nullable Caller ask(OidcIdentity identity, String token) throws IOException {
        return identity.callerOf(Credentials.of(token));
    }

    @Test
    void aTokenThatIsOverIsRefused() throws Exception {
        String token = keycloak().token("hasty", "alice");
        String service = keycloak().token("cli", "nova");
        try (OidcIdentity identity = open()) {
            assertThat(ask(identity, token)).isNotNull();
            Thread.sleep(2500);
            assertThat(ask(identity, token)).isNull();
            assertThat(identity.callerOf(new Credentials(token, service, null))).isNotNull();
        }
    }

    @Test
    void keysAreRotated() throws Exception {
        String before = keycloak().token("cli", "alice");
        try (OidcIdentity identity = open()) {
            assertThat(ask(identity, before)).isNotNull();
            keycloak().addKey();
            String after = keycloak().token("cli", "alice");
            assertThat(after.split("\\.", -1)[0]).isNotEqualTo(before.split("\\.", -1)[0]);
            assertThat(ask(identity, after)).isNotNull();
            assertThat(ask(identity, before)).isNotNull();
            keycloak().removeOldKeys();
            Thread.sleep(3500);
            assertThat(ask(identity, after)).isNotNull();
            assertThat(ask(identity, before)).isNull();
        }
    }
}
