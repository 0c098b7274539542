package mirage.glance.identity.keystone;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.MappingBuilder;

import mirage.glance.identity.FakeClock;
import mirage.glance.identity.keystone.ServiceUser.Scope;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

@Timeout(120)
final class ProjectLimitsTest {
    private final FakeKeystone fake = new FakeKeystone();
    private final FakeClock clock = new FakeClock(FakeKeystone.NOON);
    private final List<ProjectLimits> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(ProjectLimits::close);
        fake.close();
    }

    private ProjectLimits open(@Nullable String endpointId) throws IOException {
        ServiceUser user = fake.user();
        ProjectLimits limits =
                ProjectLimits.open(
                        new LimitsSettings(
                                new ServiceUser(user.authUrl(), user.login(), new Scope.OfSystem()),
                                FakeKeystone.connection(),
                                endpointId,
                                "internal",
                                null,
                                Duration.ofSeconds(60)),
                        clock);
        opened.add(limits);
        return limits;
    }

    private void says(MappingBuilder request, String body) {
        fake.server.stubFor(request.atPriority(5).willReturn(aResponse().withBody(body)));
    }

    private void hasLimits(boolean inRegion) {
        MappingBuilder registered =
                get(urlPathEqualTo("/v3/registered_limits"))
                        .withQueryParam("service_id", equalTo("s1"))
                        .withQueryParam("region_id", inRegion ? equalTo("One") : absent());
        says(
                registered,
                """
                {"registered_limits": [
                  {"resource_name": "image_size_total", "default_limit": 1000, "service_id": "s1"},
                  {"resource_name": "image_count_total", "default_limit": 100, "service_id": "s1"},
                  {"resource_name": "image_count_uploading", "default_limit": -1}]}
                """);
        MappingBuilder own =
                get(urlPathEqualTo("/v3/limits"))
                        .withQueryParam("service_id", equalTo("s1"))
                        .withQueryParam("project_id", equalTo("web"))
                        .withQueryParam("region_id", inRegion ? equalTo("One") : absent());
        says(
                own,
                """
                {"limits": [{"resource_name": "image_size_total", "resource_limit": 5000}]}
                """);
    }

    @Test
    void aProjectsOwnLimitGoesFirst() throws IOException {
        says(
                get(urlPathEqualTo("/v3/services")).withQueryParam("type", equalTo("image")),
                "{\"services\": [{\"id\": \"s1\"}]}");
        hasLimits(false);
        assertThat(open(null).limitsOf("web"))
                .isEqualTo(
                        Map.of(
                                ProjectLimits.IMAGE_SIZE_TOTAL, 5000L,
                                ProjectLimits.IMAGE_COUNT_TOTAL, 100L,
                                ProjectLimits.IMAGE_COUNT_UPLOADING, ProjectLimits.UNLIMITED));
        fake.server.verify(
                postRequestedFor(urlPathEqualTo(FakeKeystone.TOKENS))
                        .withRequestBody(
                                matchingJsonPath("$.auth.scope.system.all", equalTo("true"))));
    }

    @Test
    void anEndpointNamesServiceAndRegion() throws IOException {
        says(
                get(urlPathEqualTo("/v3/endpoints/e1")),
                "{\"endpoint\": {\"id\": \"e1\", \"service_id\": \"s1\", \"region_id\": \"One\"}}");
        hasLimits(true);
        assertThat(open("e1").limitsOf("web"))
                .containsEntry(ProjectLimits.IMAGE_SIZE_TOTAL, 5000L)
                .doesNotContainKey(ProjectLimits.IMAGE_STAGE_TOTAL);
    }

    @Test
    void anAnswerCountsForTheCacheTime() throws IOException {
        says(get(urlPathEqualTo("/v3/services")), "{\"services\": [{\"id\": \"s1\"}]}");
        hasLimits(false);
        ProjectLimits limits = open(null);
        limits.limitsOf("web");
        clock.later(Duration.ofSeconds(59));
        limits.limitsOf("web");
        fake.server.verify(1, getRequestedFor(urlPathEqualTo("/v3/limits")));
        clock.later(Duration.ofSeconds(2));
        limits.limitsOf("web");
        fake.server.verify(2, getRequestedFor(urlPathEqualTo("/v3/limits")));
        fake.server.verify(1, getRequestedFor(urlPathEqualTo("/v3/services")));
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        assertThatThrownBy(() -> open("e1").limitsOf("web"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("endpoint_id e1")
                .hasMessageContaining("404");
        says(
                get(urlPathEqualTo("/v3/services")),
                "{\"services\": [{\"id\": \"s1\"}, {\"id\": \"s2\"}]}");
        assertThatThrownBy(() -> open(null).limitsOf("web"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("endpoint_id");
        says(get(urlPathEqualTo("/v3/services")), "{\"services\": [{\"id\": \"s1\"}]}");
        for (String limit : new String[] {"{}", "{\"resource_name\": \"x\"}", "7"}) {
            says(
                    get(urlPathEqualTo("/v3/registered_limits")),
                    "{\"registered_limits\": [" + limit + "]}");
            assertThatThrownBy(() -> open(null).limitsOf("web"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("registered_limits");
        }
        fake.server.stubFor(
                get(urlPathEqualTo("/v3/registered_limits"))
                        .atPriority(1)
                        .willReturn(aResponse().withStatus(403)));
        assertThatThrownBy(() -> open(null).limitsOf("web"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("403");
    }
}
