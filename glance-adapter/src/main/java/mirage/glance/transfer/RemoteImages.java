package mirage.glance.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.glance.record.ImageAttributes;
import mirage.glance.record.Task;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebContent;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gets images from the web, and from the Image API of other regions on behalf of the user who asked for it. Users'
 * tokens are kept in memory only: an import from another region does not outlive the process.
 */
public final class RemoteImages implements ImportSources {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_JSON_BYTES = 1 << 20;

    /** Finds the Image API of a region. */
    @FunctionalInterface
    public interface Regions {
        /**
         * Address of a region's Image API, without a slash at its end.
         *
         * @return null when there is none
         * @throws IOException when that cannot be found out now
         */
        @Nullable String endpoint(String region, String interfaceName) throws IOException;
    }

    private final WebAccess web;
    private final Regions regions;
    private final List<String> copiedProperties;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    /**
     * @param copiedProperties beginnings of the names of those custom properties that an image brings with it from
     *     another region
     */
    public RemoteImages(WebAccess web, Regions regions, List<String> copiedProperties) {
        this.web = web;
        this.regions = regions;
        this.copiedProperties = List.copyOf(copiedProperties);
    }

    @Override
    public void remember(Task task, String token) {
        tokens.put(task.id(), token);
    }

    @Override
    public void forget(Task task) {
        tokens.remove(task.id());
    }

    @Override
    public ImageAttributes describe(ImportRequest request, Task task, ImageAttributes image)
            throws IOException {
        if (request.method() != ImportRequest.Method.GLANCE_DOWNLOAD) {
            return image;
        }
        JsonNode remote;
        try (WebContent content = web.open(addressOf(request), headers(task))) {
            remote = JSON.readTree(content.body().readNBytes(MOST_JSON_BYTES));
        }
        if (!remote.path("status").asText().equals("active")) {
            throw new IOException("the image is not active in that region");
        }
        ImageAttributes.Draft draft =
                image.draft()
                        .diskFormat(remote.path("disk_format").textValue())
                        .containerFormat(remote.path("container_format").textValue());
        draft.properties().keySet().removeIf(this::isCopied);
        for (Map.Entry<String, JsonNode> property : remote.properties()) {
            if (isCopied(property.getKey()) && property.getValue().isTextual()) {
                draft.properties().put(property.getKey(), property.getValue().textValue());
            }
        }
        return draft.build();
    }

    @Override
    public InputStream open(ImportRequest request, Task task) throws IOException {
        return switch (request.method()) {
            case WEB_DOWNLOAD -> web.open(request.details().path("uri").asText(), Map.of()).body();
            case GLANCE_DOWNLOAD -> web.open(addressOf(request) + "/file", headers(task)).body();
            case GLANCE_DIRECT, COPY_IMAGE ->
                    throw new IOException("the bytes that were to be imported are lost");
        };
    }

    private boolean isCopied(String property) {
        return copiedProperties.stream().anyMatch(property::startsWith);
    }

    private String addressOf(ImportRequest request) throws IOException {
        String region = request.details().path("glance_region").asText();
        String endpoint =
                regions.endpoint(
                        region, request.details().path("glance_service_interface").asText());
        if (endpoint == null) {
            throw new IOException("no image service is known in region " + region);
        }
        return endpoint + "/v2/images/" + request.details().path("glance_image_id").asText();
    }

    private Map<String, String> headers(Task task) throws IOException {
        String token = tokens.get(task.id());
        if (token == null) {
            throw new IOException(
                    "the service was started again, and has no token to ask the other region with");
        }
        return Map.of("X-Auth-Token", token);
    }
}
