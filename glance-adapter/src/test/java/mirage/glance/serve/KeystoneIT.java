package mirage.glance.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.config.Configuration;
import mirage.config.ConfigurationReader;
import mirage.glance.identity.Caller;
import mirage.glance.identity.Credentials;
import mirage.glance.identity.TokenScope;
import mirage.glance.identity.keystone.Keystone;
import mirage.glance.identity.keystone.KeystoneOptions;
import mirage.glance.identity.keystone.ProjectLimits;
import mirage.glance.serve.RealKeystone.User;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;

/** Identity and limits by a real Keystone, which {@link RealKeystone} describes. */
@Tag("keystone")
@Timeout(300)
final class KeystoneIT {
    private final RealKeystone real = RealKeystone.fromEnvironment();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @TempDir Path directory;

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private Configuration configuration(String more) throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("mirage.conf"),
                        """
                        [DEFAULT]
                        auth_strategy = keystone
                        bind_port = 0
                        data_directory = %s
                        [keystone_authtoken]
                        www_authenticate_uri = https://cloud.example.org:5000
                        auth_url = %s
                        username = %s
                        password = %s
                        project_name = %s
                        user_domain_name = Default
                        project_domain_name = Default
                        %s
                        """
                                .formatted(
                                        directory.resolve("data"),
                                        real.authUrl(),
                                        real.service().name(),
                                        real.service().password(),
                                        real.service().project(),
                                        more));
        return new ConfigurationReader(AllOptions.SCHEMA, Map.of()).file(file).read();
    }

    private Keystone open(String more) throws IOException {
        Keystone keystone =
                Keystone.open(KeystoneOptions.settings(configuration(more)), Clock.systemUTC());
        opened.push(keystone);
        return keystone;
    }

    private static @Nullable Caller ask(Keystone keystone, String token, @Nullable String service)
            throws IOException {
        return keystone.identity().callerOf(new Credentials(token, service, null));
    }

    private static Caller known(Keystone keystone, String token) throws IOException {
        return requireNonNull(ask(keystone, token, null));
    }

    @Test
    void theServiceTakesKeystonesTokens() throws Exception {
        try (GlanceService service = GlanceService.start(configuration(""))) {
            assertThat(images(service, real.token(real.member())).statusCode()).isEqualTo(200);
            assertThat(images(service, real.token(real.admin())).statusCode()).isEqualTo(200);
            HttpResponse<String> refused = images(service, "gAAAAABnonsense");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Keystone uri=\"https://cloud.example.org:5000\"");
        }
    }

    private static HttpResponse<String> images(GlanceService service, String token)
            throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(service.uri() + "/v2/images"))
                            .header("X-Auth-Token", token)
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    void aCallerIsWhatKeystoneSays() throws Exception {
        String token = real.token(real.member());
        JsonNode said = real.describe(token);
        Caller member = known(open(""), token);
        assertThat(member.userId()).isEqualTo(said.at("/token/user/id").asText());
        assertThat(member.user().name()).isEqualTo(real.member().name());
        assertThat(member.projectId()).isEqualTo(said.at("/token/project/id").asText());
        assertThat(member.roles()).contains("member").doesNotContain("admin");
        assertThat(member.token().expires())
                .isEqualTo(Instant.parse(said.at("/token/expires_at").asText()));
        assertThat(known(open(""), real.token(real.admin())).isAdmin()).isTrue();
        assertThat(known(open(""), real.token(real.reader())).roles()).containsExactly("reader");
    }

    @Test
    void scopesOtherThanProjects() throws Exception {
        Caller system = known(open(""), real.systemToken(real.admin()));
        assertThat(system.scope()).isEqualTo(new TokenScope.OfSystem());
        assertThat(system.isAdmin()).isTrue();
        assertThat(system.projectId()).isNull();
        Caller unscoped = known(open(""), real.unscopedToken(real.member()));
        assertThat(unscoped.scope()).isEqualTo(new TokenScope.None());
        assertThat(unscoped.roles()).isEmpty();
    }

    @Test
    void applicationCredentialsHaveRules() throws Exception {
        String rules =
                "[{\"service\": \"image\", \"method\": \"GET\", \"path\": \"/v2/images/*\"}]";
        Caller ruled = known(open(""), real.applicationCredentialToken(real.member(), rules));
        assertThat(ruled.token().permits("GET", "/v2/images/1")).isTrue();
        assertThat(ruled.token().permits("GET", "/v2/images/1/file")).isFalse();
        assertThat(ruled.token().permits("DELETE", "/v2/images/1")).isFalse();
        Caller free = known(open(""), real.applicationCredentialToken(real.member(), null));
        assertThat(free.token().accessRules()).isNull();
        assertThat(free.user().name()).isEqualTo(real.member().name());
    }

    @Test
    void aTokenThatIsOverCountsWithAService() throws Exception {
        User member = real.member();
        String token = real.shortLivedToken(member);
        Keystone keystone = open("");
        Caller early = known(keystone, token);
        Instant end = requireNonNull(early.token().expires());
        Thread.sleep(Duration.between(Instant.now(), end).plusSeconds(1));
        String service = real.token(real.service());
        assertThat(ask(keystone, token, null)).isNull();
        assertThat(ask(keystone, token, real.token(real.reader()))).isNull();
        Caller late = requireNonNull(ask(keystone, token, service));
        assertThat(late.userId()).isEqualTo(early.userId());
        assertThat(late.serviceRoles()).contains("service");
        assertThat(ask(keystone, token, null)).isNull();
    }

    @Test
    void aRevokedTokenGoesOnForTheCacheTime() throws Exception {
        String token = real.token(real.member());
        Keystone caching = open("");
        Keystone asking = open("token_cache_time = 0");
        known(caching, token);
        known(asking, token);
        real.revoke(token);
        known(caching, token);
        assertThat(ask(asking, token, null)).isNull();
    }

    @Test
    void aWrongPasswordIsSaidSo() throws Exception {
        Keystone keystone = open("password = wrong\n");
        assertThatThrownBy(() -> known(keystone, "gAAAAABx"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("401");
    }

    @Test
    void theCatalogIsKnown() throws Exception {
        assertThat(open("").endpoint("identity", "public", null)).startsWith("http");
        assertThat(open("").endpoint("nonsense", "public", null)).isNull();
    }

    @Test
    void limitsAreKeystones() throws Exception {
        String project = real.describe(real.token(real.member())).at("/token/project/id").asText();
        Configuration configuration =
                configuration(
                        """
                        [oslo_limit]
                        auth_url = %s
                        username = %s
                        password = %s
                        user_domain_name = Default
                        system_scope = all
                        cache_time = 0
                        """
                                .formatted(
                                        real.authUrl(),
                                        real.admin().name(),
                                        real.admin().password()));
        try (ProjectLimits limits =
                        ProjectLimits.open(
                                KeystoneOptions.limitsSettings(configuration), Clock.systemUTC());
                RealKeystone.Limits made = real.limits()) {
            made.register(ProjectLimits.IMAGE_SIZE_TOTAL, 1000);
            made.register(ProjectLimits.IMAGE_COUNT_TOTAL, 10);
            assertThat(limits.limitsOf(project))
                    .containsEntry(ProjectLimits.IMAGE_SIZE_TOTAL, 1000L)
                    .containsEntry(ProjectLimits.IMAGE_COUNT_TOTAL, 10L);
            made.limit(project, ProjectLimits.IMAGE_SIZE_TOTAL, 2000);
            assertThat(limits.limitsOf(project))
                    .containsEntry(ProjectLimits.IMAGE_SIZE_TOTAL, 2000L)
                    .containsEntry(ProjectLimits.IMAGE_COUNT_TOTAL, 10L)
                    .containsOnlyKeys(
                            Set.of(
                                    ProjectLimits.IMAGE_SIZE_TOTAL,
                                    ProjectLimits.IMAGE_COUNT_TOTAL));
        }
    }
}
