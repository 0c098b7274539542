package mirage.glance.identity.keystone;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import mirage.glance.identity.remote.RemoteService;

import org.jspecify.annotations.Nullable;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpRequest.RequestBuilder;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Unified limits: what Keystone says that a project may have of this service. A limit that was made for the project goes
 * before the one registered for all projects. Safe for use by many threads.
 */
public final class ProjectLimits implements AutoCloseable {
    /** MiB of all images of a project. */
    public static final String IMAGE_SIZE_TOTAL = "image_size_total";

    /** MiB of all data that waits to be imported. */
    public static final String IMAGE_STAGE_TOTAL = "image_stage_total";

    /** Number of images of a project. */
    public static final String IMAGE_COUNT_TOTAL = "image_count_total";

    /** Number of images of a project whose data is coming in at this time. */
    public static final String IMAGE_COUNT_UPLOADING = "image_count_uploading";

    /** A limit that is none. */
    public static final long UNLIMITED = -1;

    private static final int MAX_PROJECTS = 10_000;

    private final RemoteService remote;
    private final ServiceSession session;
    private final LimitsSettings settings;
    private final Cache<String, Map<String, Long>> answers;
    private volatile @Nullable LimitedService service;

    private ProjectLimits(
            RemoteService remote,
            ServiceSession session,
            LimitsSettings settings,
            InstantSource clock) {
        this.remote = remote;
        this.session = session;
        this.settings = settings;
        this.answers =
                Caffeine.newBuilder()
                        .maximumSize(MAX_PROJECTS)
                        .ticker(() -> nanosOf(clock.instant()))
                        .expireAfterWrite(settings.cacheTime())
                        .build();
    }

    /**
     * Does not ask Keystone yet.
     *
     * @throws IOException when the file of authorities cannot be used
     */
    public static ProjectLimits open(LimitsSettings settings, InstantSource clock)
            throws IOException {
        RemoteService remote = RemoteService.over(settings.connection());
        ServiceSession session =
                new ServiceSession(
                        new Connector(remote),
                        settings.user(),
                        settings.interfaceName(),
                        settings.regionName(),
                        clock);
        return new ProjectLimits(remote, session, settings, clock);
    }

    /**
     * The limits of a project by name, {@link #UNLIMITED} for those that are none. A name that is missing was not
     * registered.
     *
     * @throws IOException when Keystone cannot be asked
     */
    public Map<String, Long> limitsOf(String projectId) throws IOException {
        Map<String, Long> known = answers.getIfPresent(projectId);
        if (known == null) {
            known = ask(projectId);
            answers.put(projectId, known);
        }
        return known;
    }

    private Map<String, Long> ask(String projectId) throws IOException {
        LimitedService limited = limitedService();
        Map<String, Long> limits = new HashMap<>();
        put(
                limits,
                session.getJson(limited.query("/registered_limits"), "registered limits"),
                "registered_limits",
                "default_limit");
        put(
                limits,
                session.getJson(
                        limited.query("/limits").queryParam("project_id", projectId),
                        "limits of a project"),
                "limits",
                "resource_limit");
        return Map.copyOf(limits);
    }

    private LimitedService limitedService() throws IOException {
        LimitedService known = service;
        if (known == null) {
            known = settings.endpointId() == null ? byType() : byEndpoint(settings.endpointId());
            service = known;
        }
        return known;
    }

    private LimitedService byEndpoint(String endpointId) throws IOException {
        JsonNode endpoint =
                session.getJson(
                                HttpRequest.builder().path("/endpoints/" + endpointId),
                                "endpoint_id " + endpointId)
                        .path("endpoint");
        return new LimitedService(
                requiredText(endpoint, "service_id"), endpoint.path("region_id").textValue());
    }

    private LimitedService byType() throws IOException {
        JsonNode services =
                session.getJson(
                                HttpRequest.builder().path("/services").queryParam("type", "image"),
                                "services of type image")
                        .path("services");
        if (services.size() != 1) {
            throw new IOException(
                    "Keystone has "
                            + services.size()
                            + " services of type image: say by endpoint_id which one this is");
        }
        return new LimitedService(requiredText(services.get(0), "id"), null);
    }

    private static void put(Map<String, Long> limits, JsonNode answer, String list, String value)
            throws IOException {
        for (JsonNode limit : answer.path(list)) {
            if (!limit.path(value).canConvertToLong()) {
                throw new IOException("Keystone's " + list + ": no number " + value);
            }
            limits.put(requiredText(limit, "resource_name"), limit.get(value).longValue());
        }
    }

    private static String requiredText(JsonNode of, String field) throws IOException {
        String text = of.path(field).textValue();
        if (text == null) {
            throw new IOException("Keystone's answer about limits has no text " + field);
        }
        return text;
    }

    private static long nanosOf(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    @Override
    public void close() {
        remote.close();
    }

    /**
     * Whose limits they are.
     *
     * @param regionId null for limits that are for no region
     */
    private record LimitedService(String id, @Nullable String regionId) {
        RequestBuilder<Void> query(String path) {
            return HttpRequest.builder()
                    .path(path)
                    .queryParam("service_id", id)
                    .queryParam("region_id", regionId);
        }
    }
}
